"""``iamcli check``."""

from __future__ import annotations

import click

from iamcli.cli.color import CODES, coloring, option
from iamcli.cli.group import DocumentedCommand, show
from iamcli.errors import FAILED, message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output


@click.command(cls=DocumentedCommand)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="Print text (the default), JSON, or annotations for GitHub Actions.",
)
@click.option("--strict", is_flag=True, help="Exit 1 also for warnings other than W212.")
@click.option(
    "--exclude", default="", metavar="CODES", help="Do not report these codes, such as W205,W208."
)
@click.option("--explain", "code", metavar="CODE", help="Explain a code, such as W202, and exit.")
@option
@click.argument("files", metavar="FILE...", nargs=-1, type=click.Path(readable=False))
@click.pass_obj
def check(  # noqa: PLR0913, PLR0917 - one for each option
    output: Output,
    form: str,
    exclude: str,
    code: str | None,
    color: str,
    files: tuple[str, ...],
    *,
    strict: bool,
) -> int:
    """Find mistakes in scripts that run the iam-* commands.

    FILE is a sh, bash, ksh or zsh script, a crontab, a Makefile, a directory, whose scripts are
    checked, or - for standard input. Nothing is run, and no request is sent. Each finding has a
    code: E for what cannot work, W for what may go wrong. A comment "# iamcli: ignore=W202" on or
    above a line silences the code there; before the first command, in the whole file.

    The exit status is 1 if there are errors, and 2 if a file cannot be read. This subcommand
    requires shfmt, which the extra "check" installs.
    """
    from iamcli.cli.check.explanations import EXPLANATIONS, explained

    codes = [each.strip() for each in (exclude if code is None else code).upper().split(",")]
    for unknown in set(codes) - {*EXPLANATIONS, "" if code is None else None}:
        known = f"there is no code {unknown}; the codes are {', '.join(EXPLANATIONS)}"
        raise click.UsageError(known, click.get_current_context())
    if code is not None:
        show(click.get_current_context(), "\n".join(explained(codes[0])), paged=True)
    if not files:
        missing = "FILE is missing; type: iamcli check FILE..."
        raise click.UsageError(missing, click.get_current_context())
    from iamcli.cli.check import report
    from iamcli.cli.check.check import check_files
    from iamcli.cli.check.findings import ERROR, PARSER
    from iamcli.help.text import fitted

    result = check_files(files, codes)
    for line in report.notes(result):
        rows = fitted(message(line), "iamcli: ", descriptor=2)
        output.error_text("".join(f"{row}\n" for row in rows))
    paint = coloring(color if form == "text" else "never", 1, CODES)
    for line in report.FORMATS[form](result):
        output.line(line, color=paint)
    if result.unreadable:
        return 2
    fails = any(each.level == ERROR or (strict and each.code != PARSER) for each in result.findings)
    return FAILED if fails else 0
