"""Make the links of README.md work where its other files are not beside it, as on PyPI.

A link to a file becomes one below the ``url`` in setup.cfg. As long as there is none, it becomes
the name of the file, which the source distribution contains.

Usage: python packaging/links.py DIRECTORY
"""

from __future__ import annotations

import configparser
import re
import sys
from pathlib import Path

#: A link or a picture in Markdown, but for those to other servers and to sections.
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#|mailto:)([^)\s]+)\)")


def absolute(text: str, url: str | None) -> str:
    """Return the Markdown ``text`` with links below ``url``, or without links and pictures."""

    def changed(link: re.Match[str]) -> str:
        picture, label, file = link.groups()
        if url:
            return f"{picture}[{label}]({url.rstrip('/')}/{file})"
        if picture:
            return ""
        return label if label == file else f"{label} ({file})"

    return LINK.sub(changed, text)


def main() -> None:
    """Change the README.md of the directory in the arguments."""
    root = Path(sys.argv[1])
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(root / "setup.cfg", encoding="utf-8")
    readme = root / "README.md"
    text = absolute(
        readme.read_text(encoding="utf-8"), settings.get("metadata", "url", fallback=None)
    )
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
