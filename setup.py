"""Remove what an earlier build left in build/lib, which setuptools would install again.

Without this, modules of an older version are installed with the one that a checkout was updated to.
All settings are in setup.cfg.
"""

import shutil

from setuptools import setup

shutil.rmtree("build/lib", ignore_errors=True)
setup()
