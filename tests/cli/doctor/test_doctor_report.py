"""``iamcli doctor``: the report, and how it is put together from what its parts find."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.connecting import USER
from support.doctor import FAILED, KEY, OWN, TWO_LINES, caller, line, program, shown
from support.processes import BIN, environment, run
from support.requirements import needs
from support.selection import in_full
from support.stub import ok
from support.terminal import USUAL_SIZE, Terminal

from iamcli.cli.doctor import checks, configuration, credentials, diagnosis, network
from iamcli.cli.doctor.configuration import Configuration
from iamcli.connection.regions import UnknownRegion
from iamcli.output.redaction import Secrets

if TYPE_CHECKING:
    from iamcli.errors import Failure

# ruff: noqa: SLF001 - the parts of the program


def test_checks_that_a_carriage_return_makes_fail(environ):
    environ.setenv("AWS_REGION", "x\r")
    environ.setenv("https_proxy", "x\r")
    environ.setenv("HTTP_PROXY", "y\r")
    not_made = "not checked, because of https_proxy and HTTP_PROXY"
    bad, good = diagnosis.wrong("it is bad", ""), diagnosis.ok("it is good")
    for region, proxy in ((bad, bad), (good, bad), (bad, good), (good, good)):
        made = {"credentials": bad, "region": region, "proxy": proxy}
        stopping = checks._skip_damaged(made)
        found = [check.found for check in made.values()]
        of_region = "it is good" if region is good else "not checked, because of AWS_REGION"
        of_proxy = "it is good" if proxy is good else not_made
        assert found == ["it is bad", of_region, of_proxy]
        assert stopping == (bad in (region, proxy))


def test_the_forms_of_the_report():
    made = {
        "identity": diagnosis.Diagnosis("ok", None, "a\x1b", "", "123456789012").shown(str),
        "ca": diagnosis.warning("b", "c\n", "cause").shown(str),
    }
    fine, warnings = ["identity  ok       a\\x1b"], ["ca        warning  b; c\\x0a"]
    assert diagnosis.text(made) == (fine, ["2 checks: 1 ok, 1 warning", *warnings])
    told = json.loads("\n".join(diagnosis.as_json(made)))
    names = ("check", "result", "cause", "found", "advice")
    assert told == {
        "ok": True,
        "checks": [
            dict(zip(names, row, strict=True))
            for row in (
                ("identity", "ok", None, "a\\x1b", ""),
                ("ca", "warning", "cause", "b", "c\\x0a"),
            )
        ],
        "account": "123456789012",
    }
    # What is wrong comes last, whatever the order of the checks.
    made = {"tls": diagnosis.wrong("x", "y"), **made, "man": diagnosis.skipped("z")}
    assert diagnosis.text(made) == (
        [*fine, "man       skipped  z"],
        ["4 checks: 1 ok, 1 skipped, 1 warning, 1 wrong", *warnings, "tls       wrong    x; y"],
    )
    assert json.loads("\n".join(diagnosis.as_json(made)))["ok"] is False


def test_what_to_do_is_what_an_error_says_last():
    for said, told in (
        ("a; b; c", diagnosis.wrong("a; b", "c")),
        ("a; b", diagnosis.wrong("a", "b")),
        ("a", diagnosis.wrong("a", "correct this")),
    ):
        assert diagnosis.failed(RuntimeError(said)) == told


def test_the_account_alone(run_fast, stub):
    endpoint = stub.endpoint().on("GetUser", ok("GetUser", USER)).on("GetCallerIdentity", caller())
    env = {"AWS_ENDPOINT_URL": endpoint.url}
    done = run_fast("iamcli", "doctor", "--format", "account", env=env)
    assert (done.status, done.out, done.err) == (0, "123456789012\n", "")
    done = run_fast("iamcli", "doctor", "--format", "account", "--offline", env=env)
    said = "iamcli: the account is unknown; to see why, run: iamcli doctor\n"
    assert (done.status, done.out, done.err) == (1, "", said)


@needs("man")
@pytest.mark.parametrize("size", [USUAL_SIZE, in_full((24, 20))])
def test_a_terminal_shows_what_to_do_on_a_line_of_its_own(size, tmp_path):
    """What was found is wrapped; a command to copy is never broken."""
    file = tmp_path / "a name" / f"{'keys-' * 20}.txt"
    file.parent.mkdir()
    file.write_text(TWO_LINES)
    file.chmod(0o644)
    env = environment(tmp_path, AWS_CREDENTIAL_FILE=str(file), AWS_IAM_URL="https://x.invalid")
    env["MANPATH"] = str(BIN.parent / "share" / "man")
    command = (str(BIN / "iamcli"), "doctor", "--offline")
    checks = json.loads(run(*command, "--format", "json", env=env).stdout)["checks"]
    terminal = Terminal(*command, env=env, size=size)
    assert terminal.status() == 0
    lines = iter(terminal.shown.splitlines())
    indent = " " * 22
    remedies = []
    fine = [check for check in checks if check["result"] in ("ok", "skipped")]
    warnings = [check for check in checks if check["result"] == "warning"]
    for check in (*fine, *warnings):
        if check == warnings[0]:
            assert re.match(r"16 checks: \d+ ok, \d+ skipped, \d+ warnings?$", next(lines))
        begin = f"{check['check']:11}  {check['result']:7}  "
        words = check["found"].split()
        while words:
            line = next(lines)
            assert line.startswith(begin)
            *part, last = line.removeprefix(begin).split()
            # A word is not broken either.
            assert not part or len(line) <= max(size[1], 44)
            assert [*part, last] == words[: len(part) + 1]
            del words[: len(part) + 1]
            begin = indent
        if check["advice"]:
            remedies.append(next(lines))
            assert remedies[-1] == indent + check["advice"]
    assert [*lines] == []
    assert f"{indent}run: chmod 600 '{file}'" in remedies


def test_what_is_wrong_is_printed_after_the_pager(tmp_path):
    """A pager shows the beginning; what is wrong stays on the terminal after it has ended."""
    pager = program(tmp_path, "pager", "echo BEGIN; /bin/cat; echo END")
    variables = {"AWS_CREDENTIAL_FILE": "/nonexistent", "PAGER": str(pager)}
    env = environment(tmp_path, **variables, TERM="xterm", NO_COLOR="1")
    command = (str(BIN / "iamcli"), "doctor", "--offline")
    for size, paged in (((12, 80), True), ((100, 80), False)):
        terminal = Terminal(*command, env=env, size=size)
        assert terminal.status() == 1
        shown = terminal.shown.replace("\r", "")
        if paged:
            _, _, shown = shown.partition("BEGIN\n")
        fine, end, rest = shown.partition("END\n" if paged else "16 checks: ")
        assert end
        assert not re.search(r"^\w+ +(warning|wrong) ", fine, re.MULTILINE)
        assert re.findall(r"^\w+ +(warning|wrong) ", rest, re.MULTILINE)[-1] == "wrong"
        assert "/nonexistent" in rest


def test_no_finding_has_a_part_of_the_key(monkeypatch):
    """Also of one that a request has got; what a service says may contain it."""
    parts = ("AKIAI44QH8DHBEXAMPLE", "secret-of-the-key", "token-of-the-session")
    unused: Any = None
    told = {"identity": diagnosis.ok(" ".join(parts))}
    monkeypatch.setattr(network, "check", lambda *_: told)
    for token in (parts[2], None):
        key = SimpleNamespace(access_key=parts[0], secret_key=parts[1], token=token)
        monkeypatch.setattr(credentials, "obtain", lambda *_, key=key: (key, None))
        secrets = Secrets()
        found = checks._with_requests(unused, secrets)
        assert found == told
        redacted = found["identity"].shown(secrets.redact)
        assert redacted.found == " ".join(["***", "***", "***" if token else parts[2]])
        advised = diagnosis.warning("", f"use {parts[1]}")
        assert advised.shown(secrets.redact).advice == "use ***"
    refusal = diagnosis.wrong("it is old", "renew it")
    monkeypatch.setattr(credentials, "obtain", lambda *_: (None, refusal))
    found = checks._with_requests(unused, Secrets())
    unasked = diagnosis.skipped("not checked, because of credentials")
    assert found == {"credentials": refusal, "identity": unasked, "tls": unasked, "clock": unasked}


def test_what_is_known_of_the_way(environ):
    def found(**attributes: Any) -> list[Any]:
        it = object.__new__(Configuration)
        known = {
            "failures": {},
            "settings": SimpleNamespace(unread={}),
            "aws_config": {"region": "x"},
            "target": None,
        }
        vars(it).update({**known, "keys": None, "is_read": True, **attributes})
        checks = (it.check_endpoint, it.check_partition, it.check_region, it.check_proxy)
        return [shown(check()) for check in checks]

    unread = "skipped: not known until the configuration can be read"
    region = "skipped: not known, because of region"
    bad = "wrong: it is bad; correct it"
    assert found(is_read=False) == [unread] * 4
    proxies = {
        "": "ok: none is set",
        "p": "ok: p from HTTP",
        "q\r": "wrong: HTTP contains a carriage return; correct HTTP",
    }
    for address, proxy in proxies.items():
        environ.setattr(configuration, "proxy", lambda *_, address=address: (address, "HTTP"))
        assert found(target=OWN) == [
            f"ok: {OWN.url} from AWS_IAM_URL",
            "ok: aws, because requests are signed for us-east-1",
            "ok: x from the profile",
            proxy,
        ]

    def fail(*_: object) -> None:
        raise FAILED

    environ.setattr(configuration, "proxy", fail)
    assert found(target=OWN)[3] == bad
    assert found(failures={"region": FAILED}) == [region, region, bad, region]
    for address, cause in (("absent", "no-file"), ("/", "unreadable"), ("/dev/null", None)):
        environ.setenv("CLIENT_CONFIG_FILE", address)
        of_proxy = found(failures={"proxy": FAILED}, target=OWN)[3]
        assert of_proxy == line("wrong", cause, "it is bad; correct it")
    of_endpoint = found(failures={"endpoint": FAILED})
    assert of_endpoint[0] == "wrong (endpoint-wrong): it is bad; correct it"


def test_which_check_reports_an_address(monkeypatch):
    """Of a service that is asked for credentials, too."""
    for failure, check in ((UnknownRegion("x"), "region"), (FAILED, "endpoint")):

        def fail(*_: object, failure: Failure = failure) -> None:
            raise failure

        monkeypatch.setattr(configuration, "check_service_endpoints", fail)
        for target in (OWN, None):
            it = object.__new__(Configuration)
            vars(it).update(
                failures={}, settings=SimpleNamespace(unread={}), aws_config=None, target=target
            )
            it.use(KEY)
            assert (it.failures, it.keys) == ({check: failure} if target else {}, KEY)
