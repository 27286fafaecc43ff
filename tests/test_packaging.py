"""What an install does: which folder ``import epynn`` finds, and what comes along with it."""

import subprocess
import sys


def run_script(folder, code):
    """Run a script that lies in `folder`; return what it prints."""
    script = folder / 'script.py'
    script.write_text(code)
    command = [sys.executable, '-W', 'error', str(script)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_clone_beside_a_script_does_not_hide_the_install(tmp_path):
    """A clone is a folder epynn/ with the package in it, which Python takes for a namespace."""
    (tmp_path / 'epynn' / 'epynn').mkdir(parents=True)
    assert run_script(tmp_path, 'from epynn import Dense; print(Dense().d["u"])') == '1\n'


def test_importing_epynn_leaves_slow_modules_for_later(tmp_path):
    code = 'import sys, epynn; print(" ".join(sys.modules))'
    slow = {'tqdm', 'tabulate', 'importlib.metadata', 'email', 'html', 'numpy.random', 'matplotlib'}
    assert slow & set(run_script(tmp_path, code).split()) == set()
