"""The version of epynn."""

__version__ = '2.0.0'
