"""Write the one file: archive.py SITE FILE, with the packages of the directory SITE in it.

Its bytes depend only on the names and contents of the files below SITE, and on those in onefile.
"""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

BEGINNING = Path(__file__).parent / "onefile"


def packed(files: dict[str, bytes], compression: int) -> bytes:
    """Return a zip archive of ``files``, by their names in it."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, content in sorted(files.items()):
            # The time is 1980-01-01.
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100644 << 16
            archive.writestr(info, content, compression, 9)
    return output.getvalue()


def main() -> None:
    """Write the file."""
    site, file = map(Path, sys.argv[1:])
    packages = {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    # A start reads the directory of the outer archive, so that it has few files, not compressed.
    files = {path.name: path.read_bytes() for path in BEGINNING.glob("*.py")}
    files["packages.zip"] = packed(packages, zipfile.ZIP_DEFLATED)
    build = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()[:16]
    beginning = files["__main__.py"].replace(b'BUILD = ""', f'BUILD = "{build}"'.encode())
    files["__main__.py"] = beginning
    file.write_bytes(b"#!/usr/bin/env python3\n" + packed(files, zipfile.ZIP_STORED))
    file.chmod(0o755)


if __name__ == "__main__":
    main()
