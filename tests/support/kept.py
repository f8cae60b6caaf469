"""The first line of the file of a kept account, as this release writes it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from iamcli import __version__
from iamcli.cli.sandbox import kept

HEADER: dict[str, Any] = {"iamcli": __version__, "format": kept.FORMAT, "moto": version("moto")}
