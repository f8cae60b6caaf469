"""E103 and W213: command lines and settings that do not do what they did in the original."""

from __future__ import annotations

import re

from iamcli.cli.check.rules.commands import Commands, Fault, Invocation, fault
from iamcli.cli.check.script.calls import Call, Flags, Part, Target, output_files
from iamcli.parsing.shared import COMMON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


_PROXY = re.compile(r"-Dhttps?\.proxyHost=")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield what does something else than in the original."""
    for invocation in commands.invocations:
        if not (invocation.helps or invocation.incomplete):
            yield from _options(invocation)
    if not {"HTTPS_PROXY", "https_proxy"} & commands.walker.values.keys():
        for word, context in commands.walker.settings:
            if word.node and _PROXY.search(word.known):
                name = word._replace(parts=(Part("AWS_IAM_JVM_OPTS", quoted=False),))
                call = Call(word.node, Target([name]), context, Flags())
                message = "the proxy in AWS_IAM_JVM_OPTS is not used"
                fix = "set HTTPS_PROXY=http://HOST:PORT to that proxy"
                yield fault(call, call.head, "W213", message, fix)


def _options(invocation: Invocation) -> Iterator[Fault]:
    call, command = invocation.call, invocation.command
    options = {option.dest: option for option in command.options}
    given = {value.option.dest: value.text or "" for value in invocation.values}
    if "pretend" in given and "recursive" not in given:
        other = options["recursive"].name
        message = f"-p without {other} removes nothing, but it did in the original"
        fix = f"remove -p, or add {other} to list what would be removed"
        yield fault(call, call.head, "W213", message, fix)
    if "reset" in options and given.keys() <= {option.dest for option in COMMON}:
        message = "without options, the password policy is reset, but not on a terminal"
        yield fault(call, call.head, "W213", message, "add --reset")
    if given.get("method", "").lower() == "qrcodepng" and "file" not in given and _redirected(call):
        message = f"{command.name} requires -o with QRCodePNG, unless it prints on a terminal"
        yield fault(call, call.head, "E103", message, "add -o FILE")


def _redirected(call: Call) -> bool:
    """Return whether the output of ``call`` goes to a file, a pipe or a variable."""
    files = [file for file in output_files(call) if file.literal != "/dev/tty"]
    return bool(files or call.substitution or (call.pipeline and call.pipeline[-1] is not call))
