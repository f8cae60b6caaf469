"""The private IAM without a command that runs in it: tests name what starts it only here."""

from __future__ import annotations

from iamcli.cli.sandbox.launch.launcher import ACCESS_KEY, SECRET_KEY, environment, server

__all__ = ["ACCESS_KEY", "SECRET_KEY", "environment", "server"]
