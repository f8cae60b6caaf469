"""The ``aws iam`` commands that do what a command line does, as a bash script.

A single request is one line. A sequence is joined by ``&&``, so that it can be pasted. With loops
and conditions it is a subshell that ends at the first error.
"""

from __future__ import annotations

import itertools
import json
import re

from iamcli import quoting
from iamcli.cli.explain.explanation import Line, Step
from iamcli.cli.explain.inputs import Standard
from iamcli.operations.deletion import UNKNOWN_OPERATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
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
_LACKING = sorted(UNKNOWN_OPERATION)
#: Values with which aws reads a file or a URL instead.
_READ_BY_AWS = ("file://", "fileb://", "http://", "https://")
#: What is in the values of entries that are first in a list, as a pattern of the shell.
_FIRST = {"MFADevices": "*:mfa/*"}
_PAGE = "1000"


def script(explanation: Explanation) -> list[str]:
    """Return the lines of the script; [] if the command sends no request, or aws refuses one."""
    if not explanation.steps or explanation.refused:
        return []
    return _Script(explanation).lines()


def spelled(name: str) -> str:
    """Return the name of an operation or a parameter as aws spells it ("list-mfa-devices")."""
    partly = re.sub(r"(.)([A-Z][a-z]+)", r"\1-\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", partly).lower()


def _variable(name: str) -> str:
    return spelled(name.rpartition(".")[2]).replace("-", "_")


class _Script:
    def __init__(self, explanation: Explanation) -> None:
        self._explanation = explanation
        self._steps = {step.number: step for step in explanation.steps}
        self._lines = [event for event in explanation.events if isinstance(event, Line)]
        #: The lists for whose entries requests are sent.
        self._loops = {loop for step in explanation.steps for loop in step.loops}
        #: The requests whose answers decide about others, or are printed later.
        self._kept: set[int] = {
            number
            for event in explanation.events
            if not self._loop(event)
            for number in event.needs
            if isinstance(event, Step) or not (event.sources or _is_footer(event))
        } | {step.number for step in explanation.steps if self._is_printed_later(step)}
        self._commands: list[str] = []
        self._done: set[tuple[int, str]] = set()

    def lines(self) -> list[str]:
        for event in self._explanation.events:
            loop = self._loop(event)
            if loop is None:
                self._commands.append(self._of(event))
            elif loop not in self._done:
                self._done.add(loop)
                self._commands.append(self._whole_loop(loop))
        commands = [*self._secrets(), *filter(None, self._commands)]
        if not self._is_branched():
            return " &&\n".join(commands).split("\n")
        tried = [_TRY] if any(step.ignored for step in self._steps.values()) else []
        codes = {code for step in self._steps.values() for code in step.ignored}
        lacking = [f"lacking='{'|'.join(_LACKING)}'"] if codes & {*_LACKING} else []
        return "\n".join(["(", "set -e", *tried, *lacking, *commands, ")"]).split("\n")

    def _is_branched(self) -> bool:
        """Return whether the script has loops or conditions."""
        steps = any(step.loops or step.needs or step.ignored for step in self._steps.values())
        return steps or bool(self._kept)

    # What belongs together.

    def _loop(self, event: Step | Line) -> tuple[int, str] | None:
        """Return the loop with requests that the event is in."""
        loops = list(event.loops)
        if isinstance(event, Line):
            for source in event.sources:
                loops += self._steps[source.request].loops
        return next((loop for loop in loops if loop in self._loops), None)

    def _printed(self, step: Step) -> list[Source]:
        """Return the values of the answer that are printed, without those a loop prints."""
        found = [
            source
            for line in self._lines
            for source in line.sources
            if source.request == step.number and (source.request, source.list) not in self._loops
        ]
        return list(dict.fromkeys(source._replace(entry=0) for source in found))

    def _is_printed_later(self, step: Step) -> bool:
        """Return whether another request or a line of text comes before what is printed of it."""
        if self._loop(step):
            return False
        events = self._explanation.events
        between = events[events.index(step) + 1 :]
        for event in between:
            if isinstance(event, Step) or self._is_text(event):
                break
            if any(source.request == step.number for source in event.sources):
                return False
        return bool(self._printed(step))

    # Commands.

    def _of(self, event: Step | Line) -> str:
        return self._request(event) if isinstance(event, Step) else self._line(event)

    def _line(self, line: Line) -> str:
        """Return the command that prints a line, "" if a request prints it."""
        if self._is_marker_of_loop(line):
            return '[ "$marker" = None ] || printf \'%s\\n\' "$marker"'
        kept = [source.request for source in line.sources if source.request in self._kept]
        if line.sources:
            first = kept and line is self._first_line(kept[0])
            if not first:
                return ""
            name = self._kept_name(self._steps[kept[0]])
            return f'[ -z "${name}" ] || printf \'%s\\n\' "${name}"'
        if not self._is_text(line):
            return ""
        text = line.text
        file = self._explanation.inputs.file(text)
        command = (
            f"cat {quoting.file(file.name)}"
            if file
            else f"printf '%s\\n' {quoting.quoted(text.strip())}"
        )
        conditions = [
            f'[ -z "${self._kept_name(self._steps[number])}" ] || ' for number in line.needs
        ]
        return "".join([*conditions, command])

    def _first_line(self, number: int) -> Line:
        return next(line for line in self._lines if any(s.request == number for s in line.sources))

    def _is_text(self, line: Line) -> bool:
        """Return whether the script prints the line as it is."""
        if line.sources or _is_footer(line):
            return False
        return not (self._is_heading(line) or self._is_drawn())

    def _is_drawn(self) -> bool:
        """Return whether text without values is a QR code, which aws writes to a file."""
        return any(step.operation == "CreateVirtualMFADevice" for step in self._steps.values())

    def _is_heading(self, line: Line) -> bool:
        """Return whether the line is between values that one request prints."""
        position = self._lines.index(line)
        before, after = self._lines[:position], self._lines[position + 1 :]
        near = [
            next((s.request for o in lines for s in o.sources), None)
            for lines in (before[::-1], after)
        ]
        return near[0] is not None and near[0] == near[1]

    def _request(self, step: Step) -> str:
        """Return the command that sends a request, and what follows from its answer."""
        seed = self._seed(step)
        if seed:
            return seed
        listed = self._listed(step)
        kept = self._values_kept(step)
        if listed:
            return self._list(step, self._row(listed))
        if kept:
            names = [_variable(source.member) for source in kept]
            query = f"[[{', '.join(source.member for source in kept)}]]"
            row = self._assigned("kept_values", self._words(step, query=query), step)
            lines = [row, f'read -r {" ".join(names)} <<< "$kept_values"', "kept=()"]
            return "\n".join([*lines, *self._kept_options(kept)])
        printed = self._printed(step)
        if step.number in self._kept:
            words = self._words(step, query=self._query(printed))
            return self._conditional(step, self._assigned(self._kept_name(step), words, step))
        words = self._words(step, query=self._query(printed))
        if self._explanation.answers.answers(step.operation) and not printed:
            words = f"{words.removesuffix(' --output text')} > /dev/null"
        return self._conditional(step, self._tried(step) + words)

    def _list(self, step: Step, row: str) -> str:
        """Return the command that keeps the entries for a loop, and the marker if there can be one.

        The marker is the first line of the answer, ``None`` on the last page.
        """
        name = _plural(step)
        if not any(self._is_marker_of_loop(line) for line in self._lines):
            return self._assigned(name, self._words(step, query=row), step)
        words = self._words(step, query=f"[[[Marker]], {row}][]")
        return "\n".join(
            [
                self._assigned(name, words, step),
                f"marker=${{{name}%%$'\\n'*}}",
                f'{name}=${{{name}#"$marker"}}',
            ]
        )

    def _is_marker_of_loop(self, line: Line) -> bool:
        """Return whether the line has the marker of a list for whose entries requests are sent."""
        looped = {number for number, _ in self._loops}
        return any(s.member == "Marker" and s.request in looped for s in line.sources)

    def _conditional(self, step: Step, command: str) -> str:
        looped = {number for number, _ in step.loops}
        for number in step.needs:
            if number not in looped:
                name = self._kept_name(self._steps[number])
                return f'if [ -n "${name}" ]; then\n  {command}\nfi'
        return command

    def _assigned(self, name: str, words: str, step: Step) -> str:
        return f"{name}=$({self._tried(step)}{words})"

    def _tried(self, step: Step) -> str:
        codes = [code for code in step.ignored if code not in _LACKING]
        codes += ["$lacking"] if len(step.ignored) > len(codes) else []
        return f'try "{"|".join(codes)}" ' if codes else ""

    def _kept_name(self, step: Step) -> str:
        names = [_plural(self._steps[number]) for number in self._kept]
        name = _plural(step)
        return f"{name}_{step.number + 1}" if names.count(name) > 1 else name

    def _listed(self, step: Step) -> list[Source]:
        """Return the members of the entries that a loop uses, if there is one."""
        used = [
            source
            for event in self._explanation.events
            for source in self._used(event)
            if source.request == step.number and (source.request, source.list) in self._loops
        ]
        return list(dict.fromkeys(source._replace(entry=0) for source in used))

    def _used(self, event: Step | Line) -> list[Source]:
        if isinstance(event, Line):
            return event.sources
        answers = self._explanation.answers
        return [s for value in event.parameters.values() for s in answers.sources(value)]

    def _values_kept(self, step: Step) -> list[Source]:
        """Return the values outside lists that a later request sends again."""
        return [
            source
            for other in self._steps.values()
            for source in self._used(other)
            if source.request == step.number and not source.list
        ]

    def _kept_options(self, kept: Sequence[Source]) -> Iterable[str]:
        for step in self._steps.values():
            for name, value in step.parameters.items():
                for source in self._explanation.answers.sources(value):
                    if source in kept:
                        variable = _variable(source.member)
                        option = f"--{spelled(name)}"
                        if not self._explanation.answers.is_switch(step.operation, name):
                            option += f' "${variable}"'
                        yield (
                            f"case ${{{variable}:-None}} in None | False | 0) ;; "
                            f"*) kept+=({option}) ;; esac"
                        )

    def _whole_loop(self, loop: tuple[int, str]) -> str:
        """Return the loop over the entries of a list."""
        step = self._steps[loop[0]]
        variables = [self._member(source) for source in self._listed(step)]
        body: list[str] = []
        events = [event for event in self._explanation.events if self._loop(event) == loop]
        for position, event in enumerate(events):
            if isinstance(event, Line):
                body += self._printed_entries(event, loop)
                continue
            following = events[position + 1] if position + 1 < len(events) else None
            if isinstance(following, Line) and self._printed_by(following, event):
                body += [self._printf(s) for s in following.sources if s.list]
            command = self._request(event)
            if event.entries == {0} and loop[1] in _FIRST:
                name = self._member(self._listed(step)[0])
                command = f"case ${name} in {_FIRST[loop[1]]}) {command} ;; esac"
            body.append(command)
        inner = "\n".join(f"  {line}" for line in body)
        name = _plural(step)
        if len(variables) == 1:
            return f"for {variables[0]} in ${name}; do\n{inner}\ndone"
        first = variables[0]
        return (
            f"while IFS=$'\\t' read -r {' '.join(variables)}; do\n"
            f'  [ -n "${first}" ] || continue\n{inner}\ndone <<< "${name}"'
        )

    def _printed_entries(self, line: Line, loop: tuple[int, str]) -> list[str]:
        """Return the commands that print the values of the entry, unless a request does."""
        if any((source.request, source.list) != loop for source in line.sources):
            return []
        return [self._printf(source) for source in line.sources]

    def _printed_by(self, line: Line, step: Step) -> bool:
        return any(source.request == step.number for source in line.sources)

    def _printf(self, source: Source) -> str:
        return f"printf '%s\\n' \"${self._member(source)}\""

    def _member(self, source: Source) -> str:
        """Return the variable for a member of an entry."""
        if source.member != "@":
            return _variable(source.member)
        return _variable(source.list.removesuffix("s"))

    # Words.

    def _words(self, step: Step, *, query: str = "") -> str:
        """Return the command that sends the request, and prints what ``query`` finds."""
        words = ["aws", "iam", spelled(step.operation)]
        words += self._paging(step)
        unsafe: dict[str, Any] = {}
        kept = ""
        for name, value in step.parameters.items():
            if name in {"MaxItems", "Marker"}:
                continue
            if isinstance(value, str) and self._is_read_by_aws(value):
                unsafe[name] = value
            elif self._is_kept(value):
                kept = ' "${kept[@]}"'
            else:
                words.append(self._option(name, value))
        if unsafe:
            words.append(f"--cli-input-json {quoting.quoted(json.dumps(unsafe))}")
        if self._explanation.endpoint:
            words.append(f"--endpoint-url {quoting.quoted(self._explanation.endpoint)}")
        if query:
            form = "json" if query in {"SummaryMap", "PasswordPolicy"} else "text"
            words.append(f"--query {quoting.quoted(query)} --output {form}")
        elif step.number in self._kept:
            words.append("--output text")
        return " ".join(words) + kept

    def _is_read_by_aws(self, value: str) -> bool:
        return value.startswith(_READ_BY_AWS) and not self._explanation.inputs.file(value)

    def _is_kept(self, value: Any) -> bool:
        sources = self._explanation.answers.sources(value)
        return bool(sources) and not sources[0].list

    def _paging(self, step: Step) -> list[str]:
        if step.paged:
            # The query is applied to each page; what is outside the list is printed once only if
            # there is one page.
            mixed = len({source.list for source in self._printed(step)}) > 1
            return [f"--page-size {_PAGE}"] if mixed else []
        if "MaxItems" not in step.parameters:
            return []
        words = [f"--no-paginate --max-items {step.parameters['MaxItems']}"]
        if "Marker" in step.parameters:
            words.append(quoting.long_option("--marker", step.parameters["Marker"]))
        return words

    def _option(self, name: str, value: Any) -> str:
        option = f"--{spelled(name)}"
        sources = self._explanation.answers.sources(value)
        file = self._explanation.inputs.file(value)
        if sources:
            return f'{option} "${self._member(sources[0])}"'
        if isinstance(value, Standard):
            return f'{option} "${_variable(name)}"'
        if file:
            return f"{option} {quoting.quoted(f'file://{file.name}')}"
        if value is True:
            return option
        if isinstance(value, list):
            return f"{option} {quoting.quoted(json.dumps(value, ensure_ascii=False))}"
        return quoting.long_option(option, str(value))

    def _secrets(self) -> Iterable[str]:
        """Return the commands that read what the command reads from standard input."""
        for step in self._steps.values():
            for name, value in step.parameters.items():
                if isinstance(value, Standard):
                    yield f"IFS= read -rsp '{name}: ' {_variable(name)}"

    def _seed(self, step: Step) -> str:
        """Return the command that creates a virtual MFA device, "" for other requests."""
        if step.operation != "CreateVirtualMFADevice":
            return ""
        words = self._words(step, query="VirtualMFADevice.SerialNumber")
        if self._explanation.method:
            file = quoting.quoted(self._explanation.inputs.written)
            return f"{words} --bootstrap-method {self._explanation.method} --outfile {file}"
        if any("Base32" in source.member for line in self._lines for source in line.sources):
            return (
                f"seed=$(mktemp) && {words} --bootstrap-method Base32StringSeed "
                '--outfile "$seed" && cat "$seed" && echo && rm "$seed"'
            )
        # aws cannot draw a QR code on the terminal.
        file = quoting.quoted(f"{step.parameters['VirtualMFADeviceName']}.png")
        return f"{words} --bootstrap-method QRCodePNG --outfile {file}"

    # Queries.

    def _query(self, sources: Sequence[Source]) -> str:
        """Return the query that finds the values, each of which is printed on a line."""
        if not sources:
            return ""
        structures = {source.member.rpartition(".")[0] for source in sources if not source.list}
        whole = structures & {"PasswordPolicy"} or {s.member for s in sources} & {"SummaryMap"}
        if whole:
            return str(next(iter(whole)))
        parts = []
        for name, group in itertools.groupby(sources, lambda source: source.list):
            members = [self._expression(source) for source in group]
            if not name:
                parts += members
            elif len(members) == 1:
                parts.append(f"{name}[].{members[0]}" if members[0] != "@" else name)
            else:
                parts.append(f"{name}[].[{', '.join(members)}][]")
        if len(parts) == 1:
            only = sources[0]
            if not only.list:
                return parts[0]
            return f"{parts[0]}.[@]" if parts[0].endswith("[]") else self._rows(only, parts[0])
        return f"[{', '.join(parts)}][].[@]"

    def _rows(self, source: Source, part: str) -> str:
        return f"{source.list}[].[{self._expression(source)}]" if source.list else part

    def _row(self, sources: Sequence[Source]) -> str:
        """Return the query that finds the values of each entry, which are printed on one line."""
        return f"{sources[0].list}[].[{', '.join(map(self._expression, sources))}]"

    def _expression(self, source: Source) -> str:
        if source in self._explanation.defaults:
            return f"{source.member} || `{json.dumps(self._explanation.defaults[source])}`"
        return f"to_string({source.member})" if source.document else source.member


def _is_footer(line: Line) -> bool:
    return line.text.startswith("IsTruncated: ")


def _plural(step: Step) -> str:
    """Return the variable for the answer ("access_keys")."""
    return spelled(step.operation).partition("-")[2].replace("-", "_")
