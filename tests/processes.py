"""Scripts that run as a user's do: in a process and a folder of their own."""

import os
import subprocess
import sys


def run_script(script, folder, *options):
    """Return what came of a script that lies in a folder and finds nothing of the tests.

    Parameters
    ----------
    script : str
        Its source.
    folder : Path
        Where it lies and runs.
    *options : str
        Of Python.

    Returns
    -------
    CompletedProcess
    """
    environment = dict(os.environ)
    for name in ('PYTHONPATH', 'MPLBACKEND', 'DISPLAY'):
        environment.pop(name, None)
    environment['PYTHONDONTWRITEBYTECODE'] = '1'
    (folder / 'train.py').write_text(script)
    return subprocess.run(
        [sys.executable, *options, 'train.py'], cwd=folder, env=environment,
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
