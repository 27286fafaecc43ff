"""The interfaces that courses use, as thin faces of the library.

Every function here translates layouts (images channels first into channels last, filters likewise),
calls the functions that the layers of epynn are made of, and translates back.
"""
