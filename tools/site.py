"""Render the manual pages as a website: an index by resource, and one HTML page per manual page.

Each page has a search box, which works without a server and without the network. The argument is
the output directory; the default is site. Requires mandoc.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import generated

from iamcli import __version__
from iamcli.cli import search
from iamcli.cli.index import groups
from iamcli.cli.manual import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
MAN = ROOT / "man"
STYLE = ROOT / "docs" / "site.css"
SEARCH = ROOT / "docs" / "search.js"

#: What a table of contents leads to: the element, its ID, and its text.
_PLACE = re.compile(r'<(h1|h2)[^>]* id="([^"]*)">(.*?)</\1>', re.DOTALL)
_LEVELS = {"h1": "section", "h2": "subsection"}

#: The pages that are written by hand, those of section 7 first.
HANDWRITTEN = sorted(
    (path.name for path in MAN.glob("*.[1-9]") if not path.match("iam-*.1")),
    key=lambda name: (-int(name[-1]), name),
)

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="style.css">
<script defer src="search.js"></script>
</head>
<body>
<nav>
<span><a href="index.html">iamcli {version}</a> {trail}</span>
<form role="search" hidden>
<input type="search" name="q" placeholder="Search (press /)" aria-label="Search" autocomplete="off">
</form>
</nav>
<ul id="results" aria-live="polite" hidden></ul>
<main>
{body}
</main>
</body>
</html>
"""

LEAD = """\
<h1>The IAM commands</h1>
<p>The 69 commands of the legacy AWS IAM Command Line Toolkit, for the current IAM service.
Each command has a page. <a href="iam-toolkit.7.html">iam-toolkit(7)</a> describes what they have in
common: credentials, endpoint, lists and exit status.</p>
"""


def rendered(page: Path) -> str:
    """Return ``page`` as an HTML fragment, with links to the other pages."""
    command = ["mandoc", "-T", "html", "-O", "fragment,man=%N.%S.html", str(page)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def contents(body: str) -> str:
    """Return the table of contents of the page with the text ``body``; "" if it has no subsections.

    It has the sections and the subsections.
    """
    if '<h2 class="Ss"' not in body:
        return ""
    lines = ['<ul class="contents">']
    for kind, place, text in _PLACE.findall(body):
        title = " ".join(re.sub("<[^>]*>", "", text).split())
        lines.append(f'<li class="{_LEVELS[kind]}"><a href="#{place}">{title}</a></li>')
    return "\n".join([*lines, "</ul>"])


def html_page(title: str, body: str, trail: str = "") -> str:
    """Return an HTML page; ``trail`` is the rest of its navigation line, as HTML."""
    return PAGE.format(title=html.escape(title), body=body, trail=trail, version=__version__)


def index() -> str:
    """Return the first page, which lists every command with its summary, by resource."""
    parts = [LEAD]
    for title, commands in groups().items():
        rows = [(f"{command.name}.1", command.summary) for command in commands]
        parts += [f'<section id="{anchor(title)}">', f"<h2>{html.escape(title)}</h2>", *_rows(rows)]
        parts += ["</section>"]
    rows = [
        (name, f"{search.summary((MAN / name).read_text(encoding='utf-8'))}.")
        for name in HANDWRITTEN
    ]
    parts += ["<section>", "<h2>All commands</h2>", *_rows(rows), "</section>"]
    return html_page("The IAM commands", "\n".join(parts))


def anchor(title: str) -> str:
    """Return the ID of a section of the index."""
    return title.lower().replace(",", "").replace(" ", "-")


def _rows(rows: list[tuple[str, str]]) -> Iterator[str]:
    yield "<dl>"
    for name, text in rows:
        shown = name.rpartition(".")[0]
        yield f'<div><dt><a href="{name}.html">{shown}</a></dt><dd>{html.escape(text)}</dd></div>'
    yield "</dl>"


def pages() -> dict[str, str]:
    """Return the text of each file of the site, by file name."""
    trails = {
        f"{command.name}.1": f'/ <a href="index.html#{anchor(title)}">{html.escape(title)}</a>'
        for title, commands in groups().items()
        for command in commands
    }
    trails |= dict.fromkeys(HANDWRITTEN, "")
    bodies = {name: rendered(MAN / name) for name in trails}
    made = {"index.html": index(), "style.css": STYLE.read_text(encoding="utf-8")}
    made["search.js"] = search_script()
    for name, trail in trails.items():
        stem, _, section = name.rpartition(".")
        body = f"{contents(bodies[name])}\n{bodies[name]}".lstrip()
        made[f"{name}.html"] = html_page(f"{stem}({section})", body, trail)
    return made


def search_script() -> str:
    """Return the script of the search box, with what it finds: as ``iamcli list``."""
    known = [
        (*search.page(command), 1, False) for listed in groups().values() for command in listed
    ]
    known += [(*page, TOPICS[topic][1], True) for topic, page in search.topics().items()]
    rows = [
        (
            f"{name}.{section}.html",
            name,
            summary.removesuffix("."),
            " ".join(["", *sorted(search.also(name))]),
            " ".join(["", *sorted(words)]),
            is_topic,
        )
        for (name, summary), words, section, is_topic in known
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"const PAGES = [\n{lines}\n];\n\n{SEARCH.read_text(encoding='utf-8')}"


def main(folder: Path) -> int:
    """Write the site to ``folder``. Return the exit status."""
    if not shutil.which("mandoc"):
        print("site: mandoc is not in PATH; install it", file=sys.stderr)
        return 1
    generated.require()
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"{folder / 'index.html'}: {len(made) - 3} pages and an index")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if sys.argv[1:] else ROOT / "site")))
