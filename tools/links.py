"""Make the links in bin/: one for each program in setup.cfg, to the launcher beside it.

Links that no program stands for any more are removed. Prints what changed; with --check, changes
nothing and exits 1 where something would.
"""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path("launcher")


def programs() -> set[str]:
    """Return the names of the programs in setup.cfg."""
    index = configparser.ConfigParser()
    index.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = index["options.entry_points"]["console_scripts"].splitlines()
    return {line.partition("=")[0].strip() for line in lines if "=" in line}


def main(*, check: bool) -> int:
    """Bring bin/ up to date; with ``check`` only tell. Return the exit status."""
    folder = ROOT / "bin"
    there = {path.name for path in folder.iterdir() if path.is_symlink()}
    right = {name for name in there if (folder / name).readlink() == TARGET}
    wanted = programs()
    stale = sorted(there - (wanted & right))
    missing = sorted(wanted - right)
    for name in stale:
        print(f"bin/{name}: no link of ours")
        if not check:
            (folder / name).unlink()
    for name in missing:
        print(f"bin/{name}: missing" if check else f"bin/{name} -> {TARGET}")
        if not check:
            (folder / name).symlink_to(TARGET)
    return 1 if check and (stale or missing) else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
