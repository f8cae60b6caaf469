"""Conversion of Markdown to mdoc(7): headings, paragraphs, fenced blocks, flat lists and tables."""

from __future__ import annotations

import re

import mdoc

#: The manual page for each target of a link; "" if there is none, which leaves the sentence out.
LINKS = {
    "../LEGACY.md": "iam-differences(7)",
    "snapshot.md": "iam-snapshot-file(5)",
    **dict.fromkeys(("#evidence", "docs/decisions.md", "install.md", "tests/README.md"), ""),
}
#: The columns of tables whose rows are shown as sentences, each of which begins with the name.
SENTENCES = {
    "strict mode, as the original",
    "the original",
    "the installed commands",
    "here",
    "reason",
    "code",
}
_LINK = re.compile(r"\[([^]]*)\]\(([^)]*)\)")


def body(text: str) -> list[str]:
    """Return ``text`` as lines of mdoc, without its tests. Raises SystemExit for another link."""
    blocks = re.findall(r"^```.*?^```$|(?:[^\n]+\n)+", text, re.MULTILINE | re.DOTALL)
    lines = "\n".join(line for block in blocks for line in _shown(block))
    return re.sub(r"^\.Pp\n(?=\.Pp|\.Ss|\.Bd)|\n\.Pp\Z", "", lines, flags=re.MULTILINE).splitlines()


def _shown(block: str) -> list[str]:
    if block.startswith("#"):
        return [f".Ss {mdoc.argument(block.lstrip('#').strip())}"]
    if block.startswith("```"):
        code = map(mdoc.literal, block.splitlines()[1:-1])
        return [".Bd -literal -offset indent", *code, ".Ed", ".Pp"]
    if block.startswith("|"):
        names, _, *rows = [re.split(r" *(?<!\\)\| *", row)[1:-1] for row in block.splitlines()]
        return [line for row in rows for line in _row(names, row)]
    if item := re.match(r"\* |\d+\. ", block):
        kind = "bullet" if item[0] == "* " else "enum"
        items = re.split(r"^(?:\*|\d+\.) ", block, flags=re.MULTILINE)[1:]
        lines = [line for text in items for line in (".It", *_prose(text))]
        return [f".Bl -{kind} -compact", *lines, ".El", ".Pp"]
    return [*_prose(block), ".Pp"]


def _row(names: list[str], row: list[str]) -> list[str]:
    lines = [] if names[0] else _prose(f"**{row[0]}**:")
    shown = [
        (name, cell.replace(r"\|", "|"))
        for name, cell in zip(names, row, strict=True)
        if name not in ("", "test") and cell != "none"
    ]
    if {name for name, _ in shown} <= SENTENCES:
        for name, cell in shown:
            lines += _prose(f"{name.capitalize()}: {cell.rstrip('.')}.")
        return [*lines, ".Pp"]
    lines.append(".Bl -tag -width Ds -compact")
    for name, cell in shown:
        lines += [f".It {name}", *_prose(cell)]
    return [*lines, ".El", ".Pp"]


def _prose(text: str) -> list[str]:
    plain = re.sub(r" \[(seed|seen|field|peer)\](?!\()", "", " ".join(text.split()))
    sentences = [_LINK.sub(_page, each) for each in re.split(r"(?<=\.) (?=[A-Z\[`])", plain)]
    return mdoc.prose(" ".join(each for each in sentences if "()" not in each))


def _page(link: re.Match[str]) -> str:
    text, target = link.groups()
    if target not in LINKS and not target.startswith("#"):
        raise SystemExit(f"tools/markdown.py lacks the link {target}; nothing was changed")
    page = LINKS.get(target, text) or "()"
    return page if text in (target, page) or text.endswith(".md") else f"{text} ({page})"
