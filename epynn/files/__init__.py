"""A network to a file and back: its words, its bytes, and the checks of what is read."""

from epynn.files.reading import read_model as read_model
from epynn.files.writing import write_model as write_model
