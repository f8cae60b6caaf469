"""Lets processes wait as long as a slow machine needs, instead of giving up after seconds."""

from __future__ import annotations

from support.limits import TIMEOUT

#: The modules with limits that are raised, and the names of these limits.
LIMITS = {
    "iamcli.cli.complete.names": ["TIMEOUT"],
    "iamcli.cli.programs.command_server": ["TIMEOUT"],
    "iamcli.cli.run.pool": ["TIMEOUT", "MAX_IDLE"],
    "iamcli.cli.run.program": ["TIMEOUT"],
    "iamcli.handover": ["AT_ONCE"],
}
#: A start-up file of Python, sitecustomize.py, that sets these limits.
START_UP = f"""
import sys

class Finder:
    limits = {LIMITS}

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        limits = cls.limits.pop(name, None)
        if limits is None:
            return None
        import importlib.util
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            for limit in limits:
                getattr(module, limit)  # fails if it has another name now
                setattr(module, limit, {TIMEOUT}.0)

        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder)
"""
