"""Lets processes wait as long as a slow machine needs, instead of giving up after seconds."""

from __future__ import annotations

from support.limits import TIMEOUT

#: The modules whose limits are raised, and the name of each limit.
LIMITS = {"iamcli.cli.complete.names": "TIMEOUT"}
#: A start-up file of Python, sitecustomize.py, that sets these limits.
START_UP = f"""
import sys

class Finder:
    limits = {LIMITS}

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        limit = cls.limits.pop(name, None)
        if limit is None:
            return None
        import importlib.util
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            setattr(module, limit, {TIMEOUT}.0)

        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder)
"""
