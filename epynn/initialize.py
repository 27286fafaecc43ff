"""Make ``from settings import se_hPars`` work in a script that has no ``settings.py``.

Importing this module looks for a module named ``settings``. Where the script has none, the
defaults of :mod:`epynn.settings` answer to that name. Nothing else happens: no file is written and
no hook is replaced. (What ``model.initialize`` does is in :mod:`epynn.network.initialize`.)
"""

import importlib.util
import sys

import epynn.settings

if 'settings' not in sys.modules and importlib.util.find_spec('settings') is None:
    sys.modules['settings'] = epynn.settings
