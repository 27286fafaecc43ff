"""The command ``epynn``: what it prints, and what it says when something is wrong."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from example_folders import EXAMPLES

import epynn
from epynn import cli

NAMES = sorted(script.parent.name for script in EXAMPLES.glob('*/train.py'))


def command(*words, folder):
    """Run the command in a process of its own, in `folder`; warnings are errors."""
    arguments = [sys.executable, '-W', 'error', '-m', 'epynn', *words]
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=600)


def test_list_shows_one_line_a_network_in_80_columns(capsys):
    cli.main(['list'])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == NAMES
    assert [line for line in lines if len(line) > 80 or not line.endswith('.')] == []
    assert len({line.index(line.split()[1]) for line in lines}) == 1  # descriptions are aligned


def test_list_imports_nothing(capsys, monkeypatch):
    monkeypatch.setattr(cli.importlib, 'import_module', pytest.fail)
    cli.main(['list'])
    assert 'digits_cnn' in capsys.readouterr().out


def test_installed_examples_come_first(monkeypatch, tmp_path):
    folder = tmp_path / 'epynn' / 'examples' / 'mine'
    folder.mkdir(parents=True)
    (folder / 'train.py').write_text('"""One line.\n\nAnd more."""\n')
    monkeypatch.setattr(cli, 'PACKAGE', tmp_path / 'epynn')
    assert cli.find_networks() == {'mine': folder}
    assert cli.describe_network(folder) == 'One line.'


def test_a_package_without_examples_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(cli, 'PACKAGE', tmp_path / 'epynn')
    with pytest.raises(SystemExit, match=r'epynn: examples: expected .* Install epynn again\.'):
        cli.main(['list'])


def test_run_quiet_prints_the_result_alone_and_writes_nothing(tmp_path):
    done = command('run', 'boolean', '--epochs', '3', '--seed', '5', '--quiet', folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, '')
    assert re.fullmatch(r'boolean: [\d.]+% accuracy on the held-out 333 vectors .*\n', done.stdout)
    assert not list(tmp_path.iterdir())


def test_run_prints_tables_of_80_columns(tmp_path):
    done = command('run', 'boolean', '--epochs', '3', folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, '')
    for title in ('boolean: 2 layers', 'Data sets', 'Learning rates', 'epoch'):
        assert title in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_run_again_gives_the_same_numbers(tmp_path):
    words = ('run', 'boolean', '--epochs', '2', '--seed', '7')
    first, second = (command(*words, folder=tmp_path).stdout for _ in range(2))
    assert re.sub(r' +[\d.]+s', '', first) == re.sub(r' +[\d.]+s', '', second)
    assert first != command(*words[:-1], '8', folder=tmp_path).stdout


def test_summary_prints_the_layers_alone(capsys, separate_train):
    cli.main(['summary', 'boolean'])
    out = capsys.readouterr().out
    assert out.startswith('\nboolean: 2 layers\n')
    assert '12 parameters' in out
    assert 'Forward   1' not in out  # no words from the dry run
    assert max(map(len, out.splitlines())) <= 80


def test_version(capsys):
    with pytest.raises(SystemExit) as done:
        cli.main(['--version'])
    assert done.value.code == 0
    assert capsys.readouterr().out == f'epynn {epynn.__version__}\n'


def test_no_command_shows_the_help(capsys):
    cli.main([])
    assert 'epynn run digits_cnn' in capsys.readouterr().out


@pytest.mark.parametrize('what', ['run', 'summary'])
def test_an_unknown_network_is_an_error_on_stderr(what, tmp_path):
    done = command(what, 'digit', folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr == (
        f'epynn: NAME: expected one of {", ".join(NAMES)}, got digit. See: epynn list\n'
    )


def test_a_script_of_the_same_name_is_not_taken_for_that_of_the_example(
    monkeypatch, tmp_path, separate_train
):
    (tmp_path / 'train.py').write_text('raise RuntimeError("another script")')
    monkeypatch.syspath_prepend(tmp_path)
    assert cli.load_network('boolean').__file__ == str(EXAMPLES / 'boolean' / 'train.py')


def test_a_missing_package_is_named_with_the_remedy(monkeypatch, separate_train):
    monkeypatch.setitem(sys.modules, 'sklearn', None)  # import finds nothing
    monkeypatch.setitem(sys.modules, 'sklearn.datasets', None)
    remedy = r'expected scikit-learn .* python -m pip install scikit-learn$'
    with pytest.raises(SystemExit, match=remedy):
        cli.main(['run', 'digits_cnn'])


@pytest.mark.parametrize('words', [['summary'], ['run', '--epochs', '2']])
def test_an_example_without_a_network_says_so(words, separate_train):
    pytest.importorskip('sklearn')
    pytest.importorskip('PIL')
    name = 'edge_detection'
    remedy = rf'expected an example that trains a network, got {name}\. Run it by: epynn run {name}'
    with pytest.raises(SystemExit, match=remedy):
        cli.main([words[0], name, *words[1:]])


def test_an_error_of_the_library_is_one_line(monkeypatch, tmp_path, separate_train):
    folder = tmp_path / 'examples' / 'wrong'
    folder.mkdir(parents=True)
    (folder / 'train.py').write_text(
        '"""Wrong."""\nimport epynn\n\n\ndef main(quiet):\n    epynn.Dense("ten")\n'
    )
    monkeypatch.setattr(cli, 'PACKAGE', tmp_path)
    with pytest.raises(SystemExit, match=r'^epynn: Dense\.units: expected [^\n]*$'):
        cli.main(['run', 'wrong'])


def test_ctrl_c_ends_with_status_130_and_one_line(monkeypatch, capsys):
    monkeypatch.setattr(cli, 'list_networks', lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(SystemExit) as raised:
        cli.main(['list'])
    assert raised.value.code == 130
    assert capsys.readouterr().err == 'epynn: stopped.\n'


@pytest.mark.skipif(not Path('/dev/full').exists(), reason='there is no /dev/full')
def test_a_full_disk_is_a_message(tmp_path):
    with open('/dev/full', 'w') as full:
        arguments = [sys.executable, '-W', 'error', '-m', 'epynn', 'list']
        done = subprocess.run(
            arguments, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, timeout=600
        )
    assert done.returncode == 1
    assert done.stderr == 'epynn: the output cannot be written: No space left on device.\n'


def test_errors_of_files_are_not_taken_for_those_of_the_output(monkeypatch):
    monkeypatch.setattr(cli, 'list_networks', lambda: Path('/nowhere/at/all').read_text())
    with pytest.raises(FileNotFoundError):
        cli.main(['list'])


@pytest.mark.parametrize('package', cli.EXTRA_PACKAGES)
def test_advice_names_packages_that_exist(monkeypatch, package):
    def no_such_package(name):
        raise ModuleNotFoundError(name=package)

    monkeypatch.setattr(sys, 'path', list(sys.path))
    monkeypatch.setattr(cli.importlib, 'import_module', no_such_package)
    advice = f'python -m pip install {cli.EXTRA_PACKAGES[package]}$'
    with pytest.raises(SystemExit, match=advice):
        cli.main(['run', NAMES[0]])
