"""Docstrings of all that is public have the form of numpydoc, and say all parameters."""

from pathlib import Path

import pytest

import epynn.commons.errors

reference = pytest.importorskip('pages.reference')
docstrings = pytest.importorskip('pages.docstrings')

GROUPS = reference.read_groups(Path(__file__).parent.parent / 'docs')
NAMES = [name for names in GROUPS.values() for name in names]


@pytest.mark.parametrize('name', NAMES)
def test_docstrings_of_a_public_name_are_as_numpydoc_asks(name):
    assert docstrings.find_faults(reference.home(name).__name__, name) == []


def test_every_error_is_public():
    errors = {
        name for name, thing in vars(epynn.commons.errors).items()
        if isinstance(thing, type) and issubclass(thing, epynn.EpynnError)
    }  # fmt: skip
    assert errors <= set(NAMES)


def add(x, y):
    """Return x + y.

    Parameters
    ----------
    x : float
        the first number
    """
    return x + y


def test_a_docstring_that_lacks_something_is_found():
    found = ' '.join(docstrings.find_faults(__name__, 'add'))
    assert [code for code in ('PR01', 'PR08', 'PR09') if code in found] == ['PR01', 'PR08', 'PR09']
