"""The synopsis of a command, from which the usage line and that of the man page are made."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamcli.command import Command
    from iamcli.parsing.options import Option

#: The optional item at the end of every synopsis, which represents the common options.
COMMON = "common option ..."


class SynopsisItem:
    """An item of a synopsis: one of the ``options`` of the item can be specified.

    ``optional``: whether it can be omitted; ``repeatable``: whether it can be repeated, only if it
    is optional: a repeatable option that is required has two items.
    """

    def __init__(self, *options: Option, optional: bool = False, repeatable: bool = False) -> None:
        self.options = options
        self.optional = optional
        self.repeatable = repeatable


def items(command: Command) -> Iterator[SynopsisItem]:
    """Yield the items of the synopsis of ``command``, except the one for the common options."""
    own = {option.name: option for option in ordered(command.options)}
    for option in own.values():
        if option.alternative:
            if option.name < option.alternative:
                yield SynopsisItem(option, own[option.alternative])
        elif option.required:
            yield SynopsisItem(option)
        if option.repeatable or not (option.required or option.alternative):
            yield SynopsisItem(option, optional=True, repeatable=option.repeatable)


def ordered(options: Iterable[Option]) -> list[Option]:
    """Return ``options`` by name: the required ones first, then those with an alternative."""
    return sorted(
        options, key=lambda option: (not option.required, not option.alternative, option.name)
    )
