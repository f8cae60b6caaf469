"""Set the versions in packaging/requirements.txt to the newest that the oldest Python can install.

Prints what changed. pip finds them, so its settings apply.
"""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "packaging" / "requirements.txt"
PIN = re.compile(r"^([\w.-]+)==(\S+)$", re.MULTILINE)


def oldest_python() -> str:
    """Return the oldest Python that setup.cfg allows, such as 3.10."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    return settings["options"]["python_requires"].removeprefix(">=")


def newest(names: list[str]) -> dict[str, str]:
    """Return the newest versions of the packages ``names`` that can be installed together."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    options = ["--dry-run", "--ignore-installed", "--only-binary", ":all:", "--report", "-"]
    python = ["--python-version", oldest_python()]
    done = subprocess.run(
        [*pip, *options, *python, *names], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{FILE.name} is unchanged: pip failed, see above")
    found = [one["metadata"] for one in json.loads(done.stdout)["install"]]
    return {normalized(one["name"]): one["version"] for one in found}


def normalized(name: str) -> str:
    """Return the ``name`` of a package in the form in which names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Update the file."""
    text = FILE.read_text(encoding="utf-8")
    pins = PIN.findall(text)
    versions = newest([name for name, _ in pins])
    for name, old in pins:
        new = versions[normalized(name)]
        if new != old:
            print(f"{name} {old} -> {new}")
            text = text.replace(f"{name}=={old}\n", f"{name}=={new}\n")
    FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
