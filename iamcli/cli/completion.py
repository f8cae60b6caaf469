"""``iamcli completion``."""

from __future__ import annotations

import click

from iamcli.cli.documented import DocumentedCommand, show


@click.command(cls=DocumentedCommand, options_metavar="")
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the lines that switch completion on in a shell.

    Run them when the shell starts. If IAMCLI_COMPLETE is set to 1, names from your account are
    completed too.

    \b
    In ~/.bashrc, after it has loaded bash-completion:
      eval "$(iamcli completion bash)"
    In ~/.zshrc:
      eval "$(iamcli completion zsh)"
    In ~/.config/fish/config.fish:
      iamcli completion fish | source
    """  # noqa: D301 - click keeps the lines after \b as they are
    from iamcli.cli.completion_scripts import script

    show(ctx, script(shell))
