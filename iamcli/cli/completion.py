"""``iamcli completion``."""

from __future__ import annotations

import click

from iamcli.cli.group import DocumentedCommand, show


@click.command(cls=DocumentedCommand, options_metavar="")
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the lines that switch completion on in a shell.

    Add the line for your shell to its start-up file. Names from your account are requested from the
    service; to complete options only, leave out the part before the semicolon.

    \b
    In ~/.bashrc:
      export IAMCLI_COMPLETE=1; eval "$(iamcli completion bash)"
    In ~/.zshrc:
      export IAMCLI_COMPLETE=1; eval "$(iamcli completion zsh)"
    In ~/.config/fish/config.fish:
      set -gx IAMCLI_COMPLETE 1; iamcli completion fish | source
    """  # noqa: D301 - click keeps the lines after \b as they are
    from iamcli.cli.completion_scripts import script

    show(ctx, script(shell))
