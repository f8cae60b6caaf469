"""The programs of Ceph: packages of Debian's next release, unpacked in build/ and not installed.

apt downloads them from the mirror of this machine, with its keyring and its settings: it checks the
signatures, and unless the machine's own settings switch that off, that the lists are not expired.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
#: Where the unpacked packages stay for the next time.
UNPACKED = ROOT / "build/ceph"

#: As in packaging/deb-test.
NEXT = "forky"
WANTED = ("ceph-common", "ceph-mon", "ceph-osd", "radosgw")
#: Of the packages that these depend on, those with libraries, but not those of other programs.
_KEPT = re.compile(
    r"(ceph-base|ceph-common|ceph-mon|ceph-osd|radosgw|zlib|lib(?!python|perl|systemd-shared))"
)
#: How apt describes the lists that it has, one on each line.
_TARGETS = "$(LABEL)\t$(COMPONENT)\t$(SITE)\t$(SIGNED_BY)"


class Impossible(Exception):  # noqa: N818 - not an error
    """There can be no cluster here. The message says why."""


def unpacked(temporary: Path) -> Path:
    """Return the directory of the unpacked packages; download them if they are not there.

    ``temporary``: a directory for what is needed only now. Raises Impossible.
    """
    # Otherwise, whatever was stopped would be taken for complete.
    complete = UNPACKED / "complete"
    if complete.exists() and complete.read_text() == _content():
        return UNPACKED
    print(f"test-ceph: getting Ceph of {NEXT}, about 120 MB, into {UNPACKED.relative_to(ROOT)}")
    shutil.rmtree(UNPACKED, ignore_errors=True)
    UNPACKED.mkdir(parents=True)
    archives = _downloaded(temporary)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_unpack, archives))
    shutil.rmtree(UNPACKED / "usr/share")
    complete.write_text(_content())
    return UNPACKED


def _content() -> str:
    """Return what the directory depends on, besides the mirror."""
    return f"{NEXT} {WANTED} {_KEPT.pattern}\n"


def _downloaded(temporary: Path) -> list[Path]:
    """Return the packages, downloaded to ``temporary``."""
    site, key = _mirror()
    lists, cache, folder = (temporary / name for name in ("lists", "cache", "packages"))
    for needed in (lists / "partial", cache / "archives/partial", folder):
        needed.mkdir(parents=True)
    source = temporary / "sources.list"
    source.write_text(f"deb {f'[signed-by={key}] ' if key else ''}{site} {NEXT} main\n")
    settings = {
        "Dir::State::Lists": lists,
        "Dir::State::Status": "/dev/null",
        "Dir::Cache": cache,
        "Dir::Etc::SourceList": source,
        "Dir::Etc::SourceParts": "/dev/null",
        "Acquire::Languages": "none",
        "APT::Install-Recommends": "false",
        # The user of apt may not write here.
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in settings.items())]
    _run(*apt, "update")
    planned = _run(*apt, "--print-uris", "--yes", "install", *WANTED)
    names = re.findall(r"^'[^']*' ([^_]*)_", planned, re.MULTILINE)
    _run(*apt, "download", *filter(_KEPT.match, names), cwd=folder)
    return sorted(folder.iterdir())


def _mirror() -> tuple[str, str]:
    """Return the mirror from which apt gets Debian here, and its keyring or ""."""
    for line in _run("apt-get", "indextargets", "--format", _TARGETS).splitlines():
        label, component, site, key = line.split("\t")
        if (label, component) == ("Debian", "main"):
            return site, key if key.startswith("/") else ""
    raise Impossible("apt has no mirror of Debian")


def _unpack(archive: Path) -> None:
    _run("dpkg-deb", "--extract", str(archive), str(UNPACKED))
    archive.unlink()


def _run(*words: str, cwd: Path | None = None) -> str:
    """Run a program of Debian; return what it prints. Raises Impossible."""
    try:
        done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Impossible(f"this is not Debian, {words[0]} is not there") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("E: ")]
        raise Impossible(lines[0][3:] if lines else f"{words[0]} failed: {done.stderr.strip()}")
    return done.stdout
