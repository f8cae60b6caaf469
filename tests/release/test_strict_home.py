"""The commands of a directory of ``iamcli home`` are those of strict mode, for each command."""

from __future__ import annotations

import functools
import re
import shlex
from typing import TYPE_CHECKING

import pytest
from support import processes
from support.clients import client
from support.faults import CLOSED
from support.legacy_requests import FILES, REFUSED, ROWS, arguments_of
from support.requirements import PATH, needs
from support.selection import usual
from support.shell import BIN
from support.stub import Endpoint, ok, refused
from support.terminal import Terminal

from iamcli.cli import index
from iamcli.cli.homes import layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from support.stub import Answer, Request

#: A command line for each command, which succeeds.
LINES = {line.split()[0]: line for line, *_ in reversed(ROWS) if line not in REFUSED}
VALUES = {"timestamp": "2012-01-01T00:00:00Z", "integer": "1", "boolean": "false", "blob": "QQ=="}
FOOTERS = ("IsTruncated", "Marker")


@functools.cache
def model() -> Any:
    """Return the model of IAM, which takes a while to read."""
    return client("http://127.0.0.1:1").meta.service_model


def filled(shape: Any, number: int = 1) -> str:
    """Return XML with a value for every member of ``shape``; its lists have ``number`` entries."""
    if shape.type_name == "structure":
        members = {name: each for name, each in shape.members.items() if name not in FOOTERS}
        return "".join(f"<{name}>{filled(each, number)}</{name}>" for name, each in members.items())
    if shape.type_name == "list":
        return f"<member>{filled(shape.member)}</member>" * number
    if shape.type_name == "map":
        return "<entry><key>k</key><value>1</value></entry>"
    return VALUES.get(shape.type_name, "%7B%7D")


class Full(Endpoint):
    """Answers every operation with all that it can have, or ``fixed``; lists have ``number``."""

    fixed: Answer | None = None
    number = 1

    def answer(self, request: Request) -> Answer:
        super().answer(request)
        shape = model().operation_model(request.operation).output_shape
        if self.fixed or not shape:
            return self.fixed or ok(request.operation)
        more = self.number > 100 and "Marker" not in request.parameters
        footer = "<IsTruncated>true</IsTruncated><Marker>m</Marker>" if more else ""
        entries = filled(shape, 100 if more else self.number % 100)
        return ok(request.operation, entries + footer)


#: What happens, by the words after the command line, variables, what is answered, and how many.
ONCE = {"AWS_MAX_ATTEMPTS": "1"}
DENIED = refused("AccessDenied", "You may not.", 403)
SITUATIONS: dict[str, tuple[str, Mapping[str, str], Answer | None, int]] = {
    "success": ("", {}, None, 1),
    "refusal": ("", {}, DENIED, 1),
    "wrong option": ("--wrong", {}, None, 1),
    "no credentials": ("", {"AWS_CREDENTIAL_FILE": "/absent"}, None, 1),
    "no network": ("", {**ONCE, "AWS_IAM_URL": "http://127.0.0.1:1"}, None, 1),
    "lost response": ("", ONCE, CLOSED, 1),
    "help": ("-h", {}, None, 1),
    "debug": ("-d", {}, None, 1),
    "list": ("", {}, None, 130),
}
#: Times of requests, and what the service does not give.
MASKED = re.compile(r"[0-9-]+T[0-9:.]+Z|[0-9a-f-]{36}|\d+ ms|[0-9.]+ s\b")


@pytest.mark.parametrize("name", usual(["iam-userlistbypath", "iam-userdelkey"], index.names()))
def test_it_is_strict_mode(name, run, stub, forked_programs, tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "commands_folder", lambda: forked_programs.folder)
    layout.lay_out(str(tmp_path / "iam"), [name])
    account = stub.add(lambda url: Full(url, []))
    for file, text in FILES.items():
        (run.home / file).write_text(text)
    minimal = {key: run.env[key] for key in ("HOME", "AWS_CREDENTIAL_FILE") if key in run.env}
    minimal["PATH"] = PATH

    def ended(way, program, *words, **env):
        """How ``program`` ends in a ``way``, and what it requested."""
        account.requests.clear()
        (run.home / "out.txt").unlink(missing_ok=True)
        env = {**(minimal if way == "cron" else run.env), "AWS_IAM_URL": account.url, **env}
        if way == "terminal":
            here = ("sh", "-c", f'cd {run.home} && exec "$0" "$@"', str(program))
            seen = Terminal(*here, *words, env=env)
            done = (seen.status(), seen.shown, "")
        else:
            process = processes.run(program, *words, env=env, cwd=run.home)
            done = (process.returncode, process.stdout, process.stderr)
        requests = [(one.operation, one.parameters) for one in account.requests]
        return done[0], *(MASKED.sub("?", text) for text in done[1:]), requests

    for situation, (more, env, account.fixed, account.number) in SITUATIONS.items():
        words = [*arguments_of(LINES[name])[1:], *more.split()]
        for way in ("pipe", "cron", "terminal"):
            strict = ended(way, forked_programs.folder / name, *words, **env, IAMCLI_STRICT="1")
            assert ended(way, tmp_path / "iam" / "bin" / name, *words, **env) == strict, situation
            succeeds = situation in ("success", "debug", "list")
            assert (strict[0] == 0) == succeeds, (situation, way, strict)


@pytest.fixture(scope="module")
def strict_program(tmp_path_factory):
    """A command of a directory of ``iamcli home``, and what it prints, by its arguments."""
    home = tmp_path_factory.mktemp("strict")
    env = processes.environment(home)
    assert processes.run(BIN / "iamcli", "home", home / "iam", env=env).returncode == 0
    program = home / "iam" / "bin" / "iam-userlistgroups"
    env["IAMCLI_STRICT"] = "1"
    lines = (("-h",), ("-u", "b", "--wrong"))
    return program, {line: processes.run(program, *line, env=env).stdout for line in lines}


@pytest.mark.parametrize("reset", ["env -i", "sudo -n", "sudo -n -i", "su - root -c"])
@needs("{reset}")
def test_it_stays_if_the_environment_is_reset(reset, run, strict_program):
    program, *_ = reset.split()
    if program != "env" and run(*reset.split(), "true").status:
        pytest.skip(f"{program} is not permitted here")
    named, printed = strict_program
    for words, strict in printed.items():
        line = [str(named), *words]
        arguments = [shlex.join(line)] if program == "su" else line
        done = processes.run(*reset.split(), *arguments, env=run.env)
        assert (done.returncode, done.stdout, done.stderr) == (1, strict, "")
