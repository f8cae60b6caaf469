"""The run of a command whose request was refused, for the hints."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from iamcli.client.client import Client
    from iamcli.command import Command


class Run(NamedTuple):
    """The ``command``, the ``values`` of its options by name, and the ``client`` that it used."""

    command: Command
    values: Mapping[str, Any]
    client: Client
