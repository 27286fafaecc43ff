"""Where networks are written to and read from, and what is said where that cannot be."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from networks import make_classifier, quiet

from epynn.commons.errors import ArgumentError
from epynn.commons.library import read_model, write_model


def test_default_names_are_unique(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    model = quiet(make_classifier())
    paths = [model.write(), write_model(model), model.write()]
    stem = Path('models') / model.uname
    assert paths == [Path(f'{stem}{end}.safetensors') for end in ('', '-1', '-2')]
    assert f'Model: {stem}-2.safetensors' in capsys.readouterr().out
    assert read_model().uname == model.uname


def test_the_newest_model_is_read_by_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match='no model file in models/'):
        read_model()
    for name in ('b', 'a', 'c'):
        model = quiet(make_classifier())
        model.name = name
        os.utime(model.write(), ns=(0, {'b': 3, 'a': 9, 'c': 5}[name]))
    (tmp_path / 'models' / 'z.safetensors').mkdir()
    assert read_model().name == 'a'


WRITE = """
import sys
sys.path.insert(0, sys.argv[1])
from networks import make_classifier, quiet
model = quiet(make_classifier())
model.uname = 'same'
print('ready', flush=True)
sys.stdin.readline()
for _ in range(10):
    print(model.write())
"""


def test_default_names_are_unique_among_processes(tmp_path):
    tests = str(Path(__file__).resolve().parent.parent)
    processes = [
        subprocess.Popen(
            [sys.executable, '-c', WRITE, tests], cwd=tmp_path, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) for _ in range(2)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout.readline() == 'ready\n'
    for process in processes:
        process.stdin.write('\n')
        process.stdin.flush()
    lines = [line for process in processes for line in process.communicate()[0].splitlines()]
    names = [line for line in lines if not line.startswith('Model: ')]
    assert len(names) == len(set(names)) == 20
    for name in names:
        assert read_model(tmp_path / name).uname == 'same'
    assert len(list((tmp_path / 'models').iterdir())) == 20


@pytest.mark.parametrize('name', ['../up', '/etc/x', 'a/b', 'x' * 300, 'nul\0', '..'])
def test_names_lead_nowhere_else(name, tmp_path, monkeypatch):
    (tmp_path / 'here').mkdir()
    monkeypatch.chdir(tmp_path / 'here')
    model = quiet(make_classifier())
    model.uname = name
    path = model.write()
    assert [path] == list(Path('models').iterdir())
    assert read_model(path).uname == name


def test_paths_of_every_kind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = quiet(make_classifier())
    for path in ('model', './model.any', tmp_path / 'other', str(tmp_path / 'third')):
        assert read_model(model.write(path)).uname == model.uname


@pytest.mark.parametrize('path', ['a\0b', 'a\ud800', b'a\0b'])
def test_names_that_no_file_can_have(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match=r'EpyNN.write\(path\): expected the path of a file'):
        quiet(make_classifier()).write(path)
    with pytest.raises(ArgumentError, match=r'read_model\(path\): expected the path of a file'):
        read_model(path)


def test_models_that_is_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path('models').write_text('')
    with pytest.raises(ArgumentError, match=r'EpyNN.write\(path\).*models/ \(File exists\)'):
        quiet(make_classifier()).write()


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='no pipes')
def test_what_is_no_regular_file_is_not_read(tmp_path):
    """Reading waited for a pipe for ever, and took memory until there was none."""
    os.mkfifo(tmp_path / 'pipe')
    (tmp_path / 'link').symlink_to('/dev/zero')
    for path in (tmp_path / 'pipe', tmp_path / 'link', '/dev/zero', '/dev/null'):
        with pytest.raises(ArgumentError, match=r'a file that can be read.*\(no regular file\)'):
            read_model(path)


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='no pipes')
def test_what_is_no_regular_file_is_not_replaced(tmp_path):
    """A device, a pipe or a socket became a file."""
    pipe, link = tmp_path / 'pipe', tmp_path / 'link'
    os.mkfifo(pipe)
    link.symlink_to('/dev/null')
    model = quiet(make_classifier())
    with socket.socket(socket.AF_UNIX) as listener:
        place = os.path.relpath(tmp_path / 'socket')  # whose names are short
        listener.bind(place)
        for path in (pipe, link, '/dev/null', '/dev/stdout', place):
            if Path(path).is_file():  # the output of the tests
                continue
            before = os.stat(path)
            with pytest.raises(ArgumentError, match=r'can be written, got .*\(no regular file\)'):
                model.write(path)
            assert os.stat(path) == before
    assert sorted(os.listdir(tmp_path)) == ['link', 'pipe', 'socket']
    assert link.is_symlink()


@pytest.mark.skipif(os.name != 'posix', reason='links of POSIX')
def test_links_are_followed(tmp_path):
    model = quiet(make_classifier())
    (tmp_path / 'link').symlink_to(tmp_path / 'file')
    for _ in range(2):  # the file is missing at first
        model.write(tmp_path / 'link')
        assert (tmp_path / 'link').is_symlink()
        assert read_model(tmp_path / 'file').uname == model.uname
    (tmp_path / 'round').symlink_to(tmp_path / 'round')
    with pytest.raises(ArgumentError, match=r'EpyNN.write\(path\)'):
        model.write(tmp_path / 'round')
    (tmp_path / 'astray').symlink_to(tmp_path / 'missing' / 'file')
    with pytest.raises(ArgumentError, match=r'astray \(No such file'):
        model.write(tmp_path / 'astray')
