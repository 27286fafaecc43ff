"""Run the notebooks here and store what they show: python docs/notebooks/render.py [NAME ...]."""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
KERNEL = {
    'argv': [sys.executable, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    'display_name': 'Python 3',
    'language': 'python',
}

METADATA = {
    'kernelspec': {'display_name': 'Python 3', 'name': 'python3'},
    'language_info': {'name': 'python', 'pygments_lexer': 'ipython3'},
}


def execute(path, folder, timeout=600):
    """Run a notebook from its first cell to its last, by the Python that runs this function.

    Parameters
    ----------
    path : Path
        The notebook; the file stays as it is.
    folder : Path
        An empty folder. The notebook runs in it, and its kernel keeps its own files there.
    timeout : int
        Seconds that a cell, or the start of the kernel, may take.

    Returns
    -------
    notebook
        The notebook with its outputs.
    """
    # "python3" could be any Python that Jupyter knows of. This one comes first in its path.
    kernel = folder / 'jupyter' / 'kernels' / 'python3'
    kernel.mkdir(parents=True)
    (kernel / 'kernel.json').write_text(json.dumps(KERNEL), encoding='utf-8')
    work = folder / 'work'
    work.mkdir()
    places = {
        'JUPYTER_PATH': kernel.parent.parent,
        'JUPYTER_RUNTIME_DIR': folder / 'runtime',
        'IPYTHONDIR': folder / 'ipython',
        'OPENBLAS_NUM_THREADS': 1,  # the matrices are small
    }
    before = dict(os.environ)
    os.environ.update({name: str(place) for name, place in places.items()})
    try:
        notebook = nbformat.read(path, as_version=4)
        client = NotebookClient(
            notebook,
            timeout=timeout,
            startup_timeout=timeout,
            kernel_name='python3',
            resources={'metadata': {'path': str(work)}},
            record_timing=False,
            coalesce_streams=True,  # of a progress bar, only its last state
        )
        return client.execute()
    finally:
        os.environ.clear()
        os.environ.update(before)


def main(names):
    """Run the notebooks of these names, or all of them, and write them back."""
    for path in sorted(FOLDER.glob('*.ipynb')):
        if not names or path.stem in names:
            with tempfile.TemporaryDirectory() as folder:
                notebook = execute(path, Path(folder))
            for cell in notebook.cells:
                for output in cell.get('outputs', []):
                    if 'text' in output:  # the blanks that a progress bar leaves at its end
                        output['text'] = re.sub(r'[ \r]+$', '', output['text'])
            notebook.metadata = METADATA
            nbformat.write(notebook, path)


if __name__ == '__main__':
    main(sys.argv[1:])
