"""The commands of a directory of ``iamcli home`` are those of strict mode, for each command."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest
from support import processes
from support.faults import CLOSED
from support.legacy_requests import FILES, REFUSED, ROWS, arguments_of
from support.requirements import need
from support.selection import every
from support.shell import BIN
from support.stub import Endpoint, ok, refused
from support.terminal import Terminal

from iamcli.cli import index
from iamcli.cli.homes import layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from support.forked import ForkedPrograms
    from support.shell import Shell
    from support.stub import Answer, Request, Stub

#: A command line for each command, which succeeds.
LINES = {line.split()[0]: line for line, *_ in reversed(ROWS) if line not in REFUSED}
_NAMES = ["User", "Group", "Role", "InstanceProfile", "Policy", "ServerCertificate", "AccessKey"]
_NAMES += ["Certificate"]
_SHOWN = "".join(f"<{name}Name>x</{name}Name><{name}Id>I</{name}Id>" for name in _NAMES)
_SHOWN += "<Arn>arn:x</Arn><Path>/</Path><CreateDate>2012-01-01T00:00:00Z</CreateDate>"
_SHOWN += (
    "<Status>Active</Status><SecretAccessKey>s</SecretAccessKey><SerialNumber>n</SerialNumber>"
)
_SHOWN += "<AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument>"
_SHOWN += "<Base32StringSeed>QQ==</Base32StringSeed><QRCodePNG>QQ==</QRCodePNG>"
_INNER = f"<ServerCertificateMetadata>{_SHOWN}</ServerCertificateMetadata>"
_ENTITIES = [*_NAMES, "VirtualMFADevice", "PasswordPolicy", "LoginProfile"]
_ENTITIES += ["ServerCertificateMetadata"]
_LISTS = [*(f"{name}s" for name in _NAMES), "ServerCertificateMetadataList", "AccessKeyMetadata"]
_LISTS += ["MFADevices", "VirtualMFADevices"]
_OTHERS = "<PolicyDocument>%7B%7D</PolicyDocument><SummaryMap><entry><key>k</key><value>1</value>"
_OTHERS += "</entry></SummaryMap>"


class Account(Endpoint):
    """Answers every operation with one entity of each kind, or ``answers`` with one answer."""

    fixed: Answer | None = None
    #: How many entities a list has.
    number = 1

    def answer(self, request: Request) -> Answer:
        super().answer(request)
        if self.fixed:
            return self.fixed
        more = self.number > 100 and "Marker" not in request.parameters
        count = 100 if more else self.number % 100
        footer = "<IsTruncated>true</IsTruncated><Marker>m</Marker>" if more else ""
        members = f"<member>{_SHOWN}</member>" * count
        texts = "<member>x</member>" * count
        lists = "".join(f"<{name}>{members}</{name}>" for name in _LISTS)
        lists += "".join(f"<{n}>{texts}</{n}>" for n in ("PolicyNames", "AccountAliases"))
        entities = "".join(f"<{name}>{_SHOWN}{_INNER}</{name}>" for name in _ENTITIES)
        return ok(request.operation, entities + lists + _OTHERS + footer)


#: What happens, by the words after the command line, variables, and what is answered.
NO_CREDENTIALS = {"AWS_CREDENTIAL_FILE": "/absent"}
ONCE = {"AWS_MAX_ATTEMPTS": "1"}
NO_NETWORK = {**ONCE, "AWS_IAM_URL": "http://127.0.0.1:1"}
DENIED = refused("AccessDenied", "You may not.", 403)
SITUATIONS: dict[str, tuple[str, Mapping[str, str], Answer | None, int]] = {
    "success": ("", {}, None, 1),
    "refusal": ("", {}, DENIED, 1),
    "wrong option": ("--wrong", {}, None, 1),
    "no credentials": ("", NO_CREDENTIALS, None, 1),
    "no network": ("", NO_NETWORK, None, 1),
    "lost response": ("", ONCE, CLOSED, 1),
    "help": ("-h", {}, None, 1),
    "debug": ("-d", {}, None, 1),
    "list": ("", {}, None, 130),
}
#: Times of requests, and what the service does not give.
MASKED = re.compile(r"[0-9-]+T[0-9:.]+Z|[0-9a-f-]{36}|\d+ ms|[0-9.]+ s\b")


@pytest.mark.parametrize("name", every(25, index.names()))
def test_it_is_strict_mode(
    name: str,
    run: Shell,
    stub: Stub,
    forked_programs: ForkedPrograms,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(layout, "commands_folder", lambda: forked_programs.folder)
    layout.lay_out(str(tmp_path / "iam"), [name])
    account = stub.add(lambda url: Account(url, []))
    for file, text in FILES.items():
        (run.home / file).write_text(text)
    minimal = {key: run.env[key] for key in ("HOME", "AWS_CREDENTIAL_FILE") if key in run.env}
    minimal |= {"PATH": "/usr/bin:/bin", "AWS_IAM_URL": account.url}

    def ended(way: str, program: Path, *words: str, **env: str) -> tuple[object, ...]:
        """How ``program`` ends in a ``way``, and what it requested."""
        account.requests.clear()
        (run.home / "out.txt").unlink(missing_ok=True)
        given = (minimal if way == "cron" else {**run.env, "AWS_IAM_URL": account.url}) | env
        if way == "terminal":
            here = ("sh", "-c", 'cd "$0" && exec "$@"', str(run.home))
            seen = Terminal(*here, str(program), *words, env=given)
            done = (seen.status(), seen.shown, "")
        else:
            monkeypatch.setattr(run, "env", given)
            process = run.start(str(program), *words, stdin=-3, stdout=-1, stderr=-1)
            out, err = process.communicate()
            done = (process.wait(), out.decode(), err.decode())
        requests = [(one.operation, one.parameters) for one in account.requests]
        return done[0], *(MASKED.sub("?", text) for text in done[1:]), requests

    for situation, (more, env, account.fixed, account.number) in SITUATIONS.items():
        words = [*arguments_of(LINES[name])[1:], *more.split()]
        for way in ("pipe", "cron", "terminal"):
            strict = ended(way, forked_programs.folder / name, *words, **env, IAMCLI_STRICT="1")
            assert ended(way, tmp_path / "iam" / "bin" / name, *words, **env) == strict, situation
            succeeds = situation in ("success", "debug", "list")
            assert (strict[0] == 0) == succeeds, (situation, way, strict)


@pytest.mark.parametrize("reset", ["env -i", "sudo -n", "sudo -n -i", "su - root -c"])
def test_it_stays_if_the_environment_is_reset(reset, run):
    program, *_ = reset.split()
    need(program)
    if program != "env" and run(*reset.split(), "true").status:
        pytest.skip(f"{program} is not permitted here")
    folder = run.home / "iam"
    assert run(str(BIN / "iamcli"), "home", str(folder)).status == 0
    for words in (["-h"], ["-u", "b", "--wrong"]):
        line = [str(folder / "bin" / "iam-userlistgroups"), *words]
        strict = processes.run(*line, env={**run.env, "IAMCLI_STRICT": "1"})
        arguments = [shlex.join(line)] if program == "su" else line
        done = processes.run(*reset.split(), *arguments, env=run.env)
        assert (done.returncode, done.stdout, done.stderr) == (1, strict.stdout, "")
