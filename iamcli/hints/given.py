"""What a hint is made from, besides the refusal itself."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from iamcli.client.client import Client
    from iamcli.command import Command


class Given(NamedTuple):
    """The ``command``, the ``values`` of its options by name, and the ``client`` that it used."""

    command: Command
    values: Mapping[str, Any]
    client: Client
