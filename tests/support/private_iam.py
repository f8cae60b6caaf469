"""The private IAM without a command that runs in it, and the shell of the sandbox without an IAM.

Tests name what starts them only here.
"""

from __future__ import annotations

from iamcli.cli.sandbox.launch.launcher import environment, server
from iamcli.cli.sandbox.launch.shell import PROMPT
from iamcli.cli.sandbox.launch.shell import start as start_shell
from iamcli.config.connection import ACCESS_KEY, SECRET_KEY

__all__ = ["ACCESS_KEY", "PROMPT", "SECRET_KEY", "environment", "server", "start_shell"]
