"""The one step of the build that setup.cfg cannot say: examples/ becomes epynn/examples/."""

from pathlib import Path
from shutil import copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py


class build_with_examples(build_py):
    """Copy the bundled networks into the package that is built.

    An editable install copies nothing: ``epynn.cli`` finds ``examples/`` beside the package.
    """

    def run(self):
        """Build the package, then add the examples."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, 'epynn', 'examples')
            unwanted = ignore_patterns('__pycache__', '*.png', '.*')
            copytree('examples', target, ignore=unwanted, dirs_exist_ok=True)


setup(cmdclass={'build_py': build_with_examples})
