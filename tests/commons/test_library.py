"""Folders, text files, and the names that scripts import for models."""

import os
from pathlib import Path

import pytest

import epynn
from epynn.commons import library
from epynn.commons.errors import ArgumentError
from epynn.commons.library import configure_directory, read_file
from epynn.files import reading, writing

FOLDERS = ['datasets', 'models', 'plots']


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def fill():
    """Put a file into each folder, one of them into a folder in it."""
    for name in FOLDERS:
        Path(name, 'inside').mkdir(parents=True)
        Path(name, 'inside', 'file').write_text(name)


def files():
    return sorted(str(path) for path in Path().rglob('file'))


def test_the_names_that_scripts_import():
    assert library.read_model is reading.read_model is epynn.read_model
    assert library.write_model is writing.write_model


def test_folders_are_made():
    configure_directory()
    assert sorted(os.listdir()) == FOLDERS
    assert not any(os.listdir(name) for name in FOLDERS)


@pytest.mark.parametrize('arguments', [{}, {'clear': False}])
def test_folders_that_are_there_stay_as_they_are(arguments):
    fill()
    configure_directory(**arguments)
    assert files() == [f'{name}/inside/file' for name in FOLDERS]


def test_clearing_empties_what_a_script_makes_again():
    fill()
    Path('mine').mkdir()
    Path('mine', 'file').write_text('')
    configure_directory(clear=True)
    assert files() == ['datasets/inside/file', 'mine/file']
    assert sorted(os.listdir()) == ['datasets', 'mine', 'models', 'plots']
    configure_directory(True)
    assert files() == ['datasets/inside/file', 'mine/file']


def test_clearing_where_there_is_nothing():
    configure_directory(clear=True)
    assert sorted(os.listdir()) == FOLDERS


@pytest.mark.parametrize('name', FOLDERS)
@pytest.mark.parametrize('clear', [False, True])
def test_a_file_in_the_place_of_a_folder_is_kept(name, clear):
    Path(name).write_text('mine')
    with pytest.raises(ArgumentError, match=rf'configure_directory.*got .*{name}.*[a-z]\)'):
        configure_directory(clear)
    assert Path(name).read_text() == 'mine'


@pytest.mark.skipif(os.name != 'posix', reason='links')
def test_what_is_behind_a_link_is_not_deleted():
    fill()
    Path('elsewhere').symlink_to('models')
    os.rename('plots', 'kept')
    Path('plots').symlink_to('kept')
    with pytest.raises(ArgumentError, match='symbolic link'):
        configure_directory(clear=True)
    assert 'kept/inside/file' in files()


@pytest.mark.parametrize('text', ['', 'one line', 'é ü\n中文\n\n', 'tab\tand "quotes"\n'])
def test_text_is_read(text):
    Path('file').write_text(text, encoding='utf-8')
    for path in ('file', Path('file'), Path('file').resolve()):
        assert read_file(path) == text


@pytest.mark.parametrize('path', [['a'], 'a\0b'])
def test_what_is_no_path_of_a_text(path):
    with pytest.raises(ArgumentError, match=r'read_file\(path\): expected the path of a file'):
        read_file(path)
