"""The ``aws iam`` commands that do what a command line does, as a bash script.

A single request is one line. A sequence is joined by ``&&``, so that it can be pasted. With loops
and conditions it is a subshell that ends at the first error.
"""

from __future__ import annotations

import json

from iamcli import quoting
from iamcli.cli.explain import query
from iamcli.cli.explain.answers import VIRTUAL
from iamcli.cli.explain.data_flow import DataFlow, spelled, variable
from iamcli.cli.explain.inputs import StdinLine
from iamcli.cli.explain.recorder import LACKING, Line, Step
from iamcli.errors import UNKNOWN_OPERATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from iamcli.cli.explain.answers import Source
    from iamcli.cli.explain.explanation import Explanation

#: Goes on after an error whose code is in the regular expression $1.
_TRY = """\
try() {
  local error status=0
  { error=$("${@:2}" 2>&1 >&3); } 3>&1 || status=$?
  [ $status = 0 ] || [[ $error =~ \\(($1)\\) ]] || { printf '%s\\n' "$error" >&2; return $status; }
}"""
_LACKING = f"lacking='{'|'.join(sorted(UNKNOWN_OPERATION))}'"
#: Values with which aws reads a file or a URL instead.
_READ_BY_AWS = ("file://", "fileb://", "http://", "https://")


def aws_commands(explanation: Explanation) -> list[str]:
    """Return the lines of the script; [] if the command sends no request, or aws refuses one."""
    if not explanation.steps or explanation.refused:
        return []
    return _Script(explanation).lines()


class _Script:
    def __init__(self, explanation: Explanation) -> None:
        self._explanation = explanation
        self._answers = explanation.answers
        self._inputs = explanation.inputs
        self._flow = DataFlow(explanation)

    def lines(self) -> list[str]:
        """Return the lines of the script."""
        commands = [*self._prompts(), *filter(None, self._commands())]
        steps = self._flow.steps.values()
        branched = any(step.loops or step.needs or step.ignored for step in steps)
        if not (branched or self._flow.kept):
            return " &&\n".join(commands).split("\n")
        codes = {code for step in steps for code in step.ignored}
        tried = [_TRY] if codes else []
        lacking = [_LACKING] if LACKING in codes else []
        return "\n".join(["(", "set -e", *tried, *lacking, *commands, ")"]).split("\n")

    def _prompts(self) -> Iterator[str]:
        """Yield the commands that read what the command reads from standard input."""
        for step in self._flow.steps.values():
            for name, value in step.parameters.items():
                if isinstance(value, StdinLine):
                    yield f"IFS= read -rsp '{name}: ' {variable(name)}"

    def _commands(self) -> Iterator[str]:
        """Yield the command of each event, and each loop once; "" if an event has no command."""
        for each in dict.fromkeys(self._flow.loop(event) or event for event in self._flow.events):
            if isinstance(each, tuple):
                yield self._loop(each)
            else:
                yield self._request(each) if isinstance(each, Step) else self._line(each)

    def _line(self, line: Line) -> str:
        """Return the command that prints a line, "" if a request prints it."""
        if self._flow.is_marker(line):
            return '[ "$marker" = None ] || printf \'%s\\n\' "$marker"'
        for source in line.sources:
            if source.member == "AccessKey.AccessKeyId" and self._inputs.written:
                return f"sed -n 's/^AWSAccessKeyId=//p' {quoting.file(self._inputs.written)}"
            if source.request in self._flow.kept:
                lines = (other for other in self._flow.lines if source.request in other.requests)
                if line is not next(lines):
                    return ""
                name = self._flow.variable(source.request)
                return f'[ -z "${name}" ] || printf \'%s\\n\' "${name}"'
        if not self._flow.is_text(line):
            return ""
        file = self._inputs.file(line.text)
        text = quoting.quoted(line.text.strip())
        printing = f"cat {quoting.file(file.name)}" if file else f"printf '%s\\n' {text}"
        conditions = [f'[ -z "${self._flow.variable(number)}" ] || ' for number in line.needs]
        return "".join([*conditions, printing])

    def _request(self, step: Step) -> str:
        """Return the command that sends a request, and what follows from its answer."""
        if step.operation == "CreateVirtualMFADevice":
            return self._creation_of_device(step)
        if step.operation == "CreateAccessKey" and self._inputs.written:
            file = quoting.quoted(self._inputs.written)
            return f"(umask 077; set -C; {self._words(step, query.KEY_LINES)} > {file})"
        if looped := self._flow.values(step, looped=True):
            return self._list(step, query.row(looped, self._answers.defaults))
        if resent := self._flow.resent(step):
            return self._options_kept(step, resent)
        printed = self._flow.values(step, looped=False)
        boundary = f"{step.operation[3:]}.PermissionsBoundary" if step.confirms else ""
        expression = boundary or query.lines(printed, self._answers.defaults)
        if step.number in self._flow.kept:
            command = self._assigned(self._flow.variable(step.number), step, expression)
        else:
            command = f"{self._try(step)}{self._words(step, expression)}"
            if self._answers.members(step.operation, "output") and not printed:
                command += " | grep -q arn:" if boundary else " > /dev/null"
        if step.needs:
            return f'if [ -n "${self._flow.variable(step.needs[0])}" ]; then\n  {command}\nfi'
        return command

    def _list(self, step: Step, row: str) -> str:
        """Return the command that keeps the entries for a loop, and the marker if there can be one.

        The marker is the first line of the answer, ``None`` on the last page.
        """
        name = self._flow.variable(step.number)
        if not any(map(self._flow.is_marker, self._explanation.lines)):
            return self._assigned(name, step, row)
        return (
            f"{self._assigned(name, step, f'[[[Marker]], {row}][]')}\n"
            f"marker=${{{name}%%$'\\n'*}}\n"
            f'{name}=${{{name}#"$marker"}}'
        )

    def _options_kept(self, step: Step, resent: Sequence[tuple[Step, str, Source]]) -> str:
        """Return the command that keeps values of the answer as options of a later request."""
        members = [source.member for _, _, source in resent]
        commands = [
            self._assigned("kept_values", step, f"[[{', '.join(members)}]]"),
            f'read -r {" ".join(map(variable, members))} <<< "$kept_values"',
            "kept=()",
        ]
        for later, name, source in resent:
            member = variable(source.member)
            option = f"--{spelled(name)}"
            if self._answers.members(later.operation, "input")[name] != "boolean":
                option += f' "${member}"'
            commands.append(
                f"case ${{{member}:-None}} in None | False | 0) ;; *) kept+=({option}) ;; esac"
            )
        return "\n".join(commands)

    def _creation_of_device(self, step: Step) -> str:
        """Return the command that creates a virtual MFA device, and writes or prints its seed."""
        words = self._words(step, "VirtualMFADevice.SerialNumber")
        printed = self._flow.values(step, looped=False)
        if not self._inputs.written and any("Base32" in source.member for source in printed):
            return (
                f"seed=$(mktemp) && {words} --bootstrap-method Base32StringSeed "
                '--outfile "$seed" && cat "$seed" && echo && rm "$seed"'
            )
        # aws cannot draw a QR code on the terminal.
        file = self._inputs.written or f"{step.parameters['VirtualMFADeviceName']}.png"
        method = self._explanation.method or "QRCodePNG"
        return f"{words} --bootstrap-method {method} --outfile {quoting.quoted(file)}"

    def _assigned(self, name: str, step: Step, expression: str) -> str:
        return f"{name}=$({self._try(step)}{self._words(step, expression)})"

    def _loop(self, loop: tuple[int, str]) -> str:
        """Return the loop over the entries of a list."""
        number, _ = loop
        looped = self._flow.values(self._flow.steps[number], looped=True)
        variables = list(map(_entry_variable, looped))
        events = [event for event in self._flow.events if self._flow.loop(event) == loop]
        body = [command for event in events for command in self._in_loop(event, number)]
        inner = "\n".join(f"  {command}" for command in body)
        name = self._flow.variable(number)
        if len(variables) == 1:
            return f"for {variables[0]} in ${name}; do\n{inner}\ndone"
        return (
            f"while IFS=$'\\t' read -r {' '.join(variables)}; do\n"
            f'  [ -n "${variables[0]}" ] || continue\n{inner}\ndone <<< "${name}"'
        )

    def _in_loop(self, event: Step | Line, number: int) -> Iterator[str]:
        """Yield the commands of an event in the loop over the answer to the request ``number``."""
        if isinstance(event, Step):
            lines = [line for line in self._flow.lines if event.number in line.requests]
        else:
            # Others are printed with a request.
            lines = [event] if event.requests == {number} else []
        for source in [source for line in lines for source in line.sources if source.list]:
            yield f"printf '%s\\n' \"${_entry_variable(source)}\""
        if isinstance(event, Step):
            command = self._request(event)
            if event.marks == {VIRTUAL}:
                device = _entry_variable(event.sources[0])
                command = f"case ${device} in *{VIRTUAL}*) {command} ;; esac"
            yield command

    def _words(self, step: Step, expression: str) -> str:
        """Return the command that sends the request, and prints what ``expression`` finds."""
        words = ["aws", "iam", spelled(step.operation), *self._paging(step)]
        unsafe: dict[str, Any] = {}
        kept = ""
        for name, value in step.parameters.items():
            if name in {"MaxItems", "Marker"}:
                continue
            sources = self._answers.sources(value)
            read = isinstance(value, str) and value.startswith(_READ_BY_AWS)
            if read and not self._inputs.file(value):
                unsafe[name] = value
            elif sources and not sources[0].list:
                kept = ' "${kept[@]}"'
            else:
                words.append(self._option(name, value))
        if unsafe:
            words.append(f"--cli-input-json {quoting.quoted(json.dumps(unsafe))}")
        if self._explanation.endpoint:
            words.append(f"--endpoint-url {quoting.quoted(self._explanation.endpoint)}")
        if expression:
            form = "json" if expression in query.WHOLE else "text"
            words.append(f"--query {quoting.quoted(expression)} --output {form}")
        elif step.number in self._flow.kept:
            words.append("--output text")
        return " ".join(words) + kept

    def _paging(self, step: Step) -> list[str]:
        if step.paged:
            # The query is applied to each page; what is outside the list is printed once only if
            # there is one page.
            mixed = len({source.list for source in self._flow.values(step, looped=False)}) > 1
            return ["--page-size 1000"] if mixed else []
        if "MaxItems" not in step.parameters:
            return []
        words = [f"--no-paginate --max-items {step.parameters['MaxItems']}"]
        if "Marker" in step.parameters:
            words.append(quoting.option("--marker", step.parameters["Marker"]))
        return words

    def _try(self, step: Step) -> str:
        """Return the words before a command that may fail with the errors that ``step`` ignores."""
        codes = [code for code in step.ignored if code != LACKING]
        if LACKING in step.ignored:
            # aws says Unknown for any error without the root element of IAM.
            deletes = self._answers.of_another_service and self._inputs.values.get("recursive")
            codes += ["Unknown", "$lacking"] if deletes else ["$lacking"]
        return f'try "{"|".join(codes)}" ' if codes else ""

    def _option(self, name: str, value: Any) -> str:
        option = f"--{spelled(name)}"
        sources = self._answers.sources(value)
        file = self._inputs.file(value)
        if sources:
            return f'{option} "${_entry_variable(sources[0])}"'
        if isinstance(value, StdinLine):
            return f'{option} "${variable(name)}"'
        if file:
            return f"{option} {quoting.quoted(f'file://{file.name}')}"
        if value is True:
            return option
        if isinstance(value, list):
            return f"{option} {quoting.quoted(json.dumps(value, ensure_ascii=False))}"
        return quoting.option(option, str(value))


def _entry_variable(source: Source) -> str:
    """Return the variable for a member of an entry."""
    return variable(source.list.removesuffix("s") if source.member == "@" else source.member)
