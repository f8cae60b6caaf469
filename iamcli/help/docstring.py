"""A command's documentation, read from its function's docstring: the one source of all its prose.

The first line is the summary, the paragraphs below it the description. Then come sections, each a
word with a colon at the left margin and its text behind it:

``Output:``   what a script may rely on, one item a line; a line that goes on is indented.
``Differs:``  how it differs from the original, one item a line.
``Example:``  what a command line does, and below it, behind ``$``, one of the command's transcript;
              may stand several times.
``Calls:``    the API operations, in order.

Backquotes stand around what is meant letter by letter.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.command import Command

SECTIONS = ("Output", "Differs", "Example", "Calls")


class Documentation:
    """``summary``, ``description`` (paragraphs), ``output``, ``differs`` (items), ``examples``
    (command lines), ``leads`` (what each of them does) and ``calls`` (operation names).
    """  # noqa: D205 - a list, not a sentence

    def __init__(self, docstring: str) -> None:
        lines = [line.strip() for line in docstring.strip().splitlines()]
        self.summary = lines[0] if lines else ""
        self.description: list[str] = []
        self._items: dict[str, list[str]] = {section: [] for section in SECTIONS}
        self._read(docstring.strip().splitlines()[1:])
        self.output = self._items["Output"]
        self.differs = self._items["Differs"]
        pairs = [item.partition("$ ")[::2] for item in self._items["Example"]]
        self.leads = [lead.strip() for lead, _ in pairs]
        self.examples = [line for _, line in pairs]
        self.calls = [name.strip(" .") for line in self._items["Calls"] for name in line.split(",")]

    def _read(self, lines: list[str]) -> None:
        margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        items = self.description
        fresh = True
        for line in lines:
            text = line[margin:].rstrip()
            name, colon, rest = text.partition(":")
            if colon and name in SECTIONS:
                items = self._items[name]
                text = rest.strip()
                fresh = True
            elif items is not self.description and text and not text.startswith(" "):
                fresh = True
            if not text:
                fresh = True
            elif fresh or not items:
                items.append(text.strip())
                fresh = False
            else:
                items[-1] += f" {text.strip()}"


def of(command: Command) -> Documentation:
    """Return the documentation of ``command``."""
    return Documentation(command.__doc__ or "")
