"""What an install does: which folder ``import epynn`` finds, and what comes along with it."""

from processes import run_script


def run(code, folder):
    """Return what a script printed; warnings are errors."""
    done = run_script(code, folder, '-W', 'error')
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_clone_beside_a_script_does_not_hide_the_install(tmp_path):
    """A clone is a folder epynn/ with the package in it, which Python takes for a namespace."""
    (tmp_path / 'epynn' / 'epynn').mkdir(parents=True)
    assert run('from epynn import Dense; print(Dense().d["u"])', tmp_path) == '1\n'


def test_importing_epynn_leaves_slow_modules_for_later(tmp_path):
    code = 'import sys, epynn; print(" ".join(sys.modules))'
    slow = {'tqdm', 'tabulate', 'importlib.metadata', 'email', 'html', 'numpy.random', 'matplotlib'}
    assert slow & set(run(code, tmp_path).split()) == set()
