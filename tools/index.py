"""Make the table of commands and the links in bin/ from the entry points in setup.cfg.

Writes iamcli/installation/table.py, and creates a link to the launcher for each program. Prints
what changed; with --check, changes nothing and exits 1 if something would change.
"""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "iamcli" / "installation" / "table.py"
TARGET = Path("launcher")
#: What an entry point begins with: the object that starts the function.
BEFORE = "iamcli.startup:program."

HEAD = '''\
"""The programs and where they are. Made from setup.cfg by tools/index.py; do not edit."""

PROGRAMS = {
'''


def programs() -> dict[str, str]:
    """Return the programs in setup.cfg, each with the function to call ("module:function").

    Raises SystemExit if there are none.
    """
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = setup.get("options.entry_points", "console_scripts", fallback="").splitlines()
    pairs = [line.partition("=")[::2] for line in lines if "=" in line]
    if not pairs:
        raise SystemExit("setup.cfg has no console_scripts; nothing was changed")
    names = {name.strip(): place.strip().removeprefix(BEFORE) for name, place in pairs}
    return {name: "iamcli.{}:{}".format(*place.rsplit(".", 1)) for name, place in names.items()}


def table(wanted: dict[str, str], *, check: bool) -> bool:
    """Write the table of the ``wanted`` programs; return whether it changed or would change."""
    text = HEAD + "".join(f'    "{name}": "{place}",\n' for name, place in wanted.items()) + "}\n"
    if TABLE.exists() and TABLE.read_text() == text:
        return False
    print(f"{TABLE.relative_to(ROOT)}: {'not up to date' if check else 'written'}")
    if not check:
        TABLE.write_text(text)
    return True


def links(wanted: set[str], *, check: bool) -> bool:
    """Create the links for the ``wanted`` programs; return whether one changed or would change."""
    folder = ROOT / "bin"
    there = {path.name for path in folder.iterdir() if path.is_symlink()}
    right = {name for name in there if (folder / name).readlink() == TARGET}
    stale = sorted(there - (wanted & right))
    missing = sorted(wanted - right)
    for name in stale:
        print(f"bin/{name}: not in setup.cfg")
        if not check:
            (folder / name).unlink()
    for name in missing:
        print(f"bin/{name}: missing" if check else f"bin/{name} -> {TARGET}")
        if not check:
            (folder / name).symlink_to(TARGET)
    return bool(stale or missing)


def main(*, check: bool) -> int:
    """Update the table and the links; with ``check``, only report. Return the exit status."""
    wanted = programs()
    changed = [table(wanted, check=check), links(set(wanted), check=check)]
    return 1 if check and any(changed) else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
