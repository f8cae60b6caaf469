"""A command's documentation, parsed from the docstring of its function.

The first line is the summary; the paragraphs after it are the description. Then come sections. Each
begins at the left margin with its name and a colon:

``Does:``     what the command does, without its name: the first sentence of the page.
``Warning:``  what does harm if it is not known: a paragraph that the help has, too.
``Notes:``    details, which the page gives after the examples: paragraphs. One whose lines begin
              with ``$`` consists of command lines.
``Output:``   what scripts can rely on, one item per line; continuation lines are indented.
``Differs:``  the differences from the original toolkit, in the same form.
``Example:``  what a command line does, and on the next line, after ``$``, a command line from the
              command's transcript. This section can occur several times.
``Calls:``    the API operations, in order.

Backquotes mark literal text.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.command import Command

SECTIONS = ("Does", "Warning", "Notes", "Output", "Differs", "Example", "Calls")
#: The sections that consist of paragraphs, as the description does; the others are lists.
PROSE = ("Does", "Warning", "Notes")


class Documentation:
    """``summary``, ``does``, ``warning``, ``description``, ``notes`` (paragraphs), ``output``,
    ``differs`` (items), ``examples`` (command lines), ``captions`` (what each example does) and
    ``calls`` (names of API operations).
    """  # noqa: D205 - a list, not a sentence

    def __init__(self, docstring: str) -> None:
        self.summary, *lines = docstring.strip().splitlines() or [""]
        self.description: list[str] = []
        sections: dict[str, list[str]] = {section: [] for section in SECTIONS}
        margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        items, listed, new_item = self.description, False, True
        for line in lines:
            text = line[margin:].rstrip()
            name, colon, rest = text.partition(":")
            if colon and name in SECTIONS:
                items, listed, new_item = sections[name], name not in PROSE, True
                text = rest
            if text and (new_item or (listed and not text.startswith(" "))):
                items.append(text.strip())
            elif text:
                items[-1] += f" {text.strip()}"
            new_item = not text
        self.does = " ".join(sections["Does"])
        self.warning = " ".join(sections["Warning"])
        self.notes = sections["Notes"]
        self.output = sections["Output"]
        self.differs = sections["Differs"]
        pairs = [item.partition("$ ")[::2] for item in sections["Example"]]
        self.captions = [caption.strip() for caption, _ in pairs]
        self.examples = [line for _, line in pairs]
        self.calls = [name.strip(" .") for line in sections["Calls"] for name in line.split(",")]


def of(command: Command) -> Documentation:
    """Return the documentation of ``command``."""
    return Documentation(command.documentation)
