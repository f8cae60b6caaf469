"""Draw docs/session.svg: what some commands print on a terminal, from a real run of them.

Requires rich, which make picture installs.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.session import COLUMNS, PROMPT, session  # noqa: E402 - it is in tests

PICTURE = ROOT / "docs" / "session.svg"
TITLE = "iamcli"


def drawn(lines: list[str]) -> str:
    """Return ``lines``, which can have sequences for colours, as SVG that loads nothing."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for line in lines:
        text = Text.from_ansi(line)
        if line.startswith(PROMPT):
            text.stylize("bold")
        console.print(text, highlight=False)
    svg = console.export_svg(title=TITLE, theme=MONOKAI, unique_id="session")
    # The font would come from another server; the reader's own is used.
    svg = re.sub(r"\s*@font-face \{.*?\}\n", "\n", svg, flags=re.DOTALL)
    return re.sub(r"font-family: Fira Code, monospace", "font-family: monospace", svg)


def main() -> None:
    """Run the commands and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        PICTURE.write_text(drawn(session(Path(folder))), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: written; look at it")


if __name__ == "__main__":
    main()
