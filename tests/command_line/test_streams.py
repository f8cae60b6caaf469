"""Standard streams and exit status in scripts, and in strict mode, which follows the original."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from support.account import Account
from support.processes import activity, blocked, wait_until
from support.requirements import PATH
from support.selection import every, in_full
from support.stub import canned, ok, refused
from support.terminal import Terminal

if TYPE_CHECKING:
    from support.forked import Forked, ForkRunner
    from support.shell import Process, Shell
    from support.stub import Endpoint, Stub

ARN = "arn:aws:iam::123456789012:user/"
USER = f"<User><Arn>{ARN}bob</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId></User>"


def users(first: int, last: int, marker: str = "") -> str:
    entries = "".join(f"<member><Arn>{ARN}{n}</Arn></member>" for n in range(first, last))
    more = f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>" if marker else ""
    return f"<Users>{entries}</Users>{more or '<IsTruncated>false</IsTruncated>'}"


@pytest.fixture
def working_endpoint(run: Shell, stub: Stub) -> Endpoint:
    """A endpoint where each operation that is used here goes well."""
    made = stub.endpoint(refused("NoSuchEntity", "not here"))
    made.on("GetUser", ok("GetUser", USER)).on("CreateUser", ok("CreateUser", USER))
    made.on("ListUsers", ok("ListUsers", users(0, 3000, "MK")), ok("ListUsers", users(3000, 3001)))
    run.env["AWS_IAM_URL"] = made.url
    return made


def test_data_and_errors_are_apart(run_fast, working_endpoint):
    done = run_fast("iam-usergetattributes", "-u", "bob")
    assert (done.status, done.err) == (0, "")
    assert done.out == f"{ARN}bob\nAIDACKCEVSQ6C2EXAMPLE\n"
    done = run_fast("iam-userlistgroups", "-u", "bob")
    assert (done.status, done.out) == (1, "")
    assert done.err == "iam-userlistgroups: NoSuchEntity: not here\n"
    # With -d, too, an error of the service has no traceback.
    debug = run_fast("iam-userlistgroups", "-u", "bob", "-d").err
    assert debug.endswith(f"\n{done.err}")
    assert "Traceback" not in debug
    assert len(working_endpoint.requests) == 3


def test_scripts_stop_where_their_authors_meant(forked, working_endpoint):
    done = forked("sh", "-c", "set -e; iam-userlistgroups -u bob; echo went on")
    assert (done.status, done.out) == (1, "")
    done = forked("sh", "-c", "iam-userlistgroups -u bob || exit 7; echo went on")
    assert (done.status, done.out) == (7, "")
    done = forked("sh", "-c", "KEYS=`iam-usergetattributes`; echo $KEYS | awk '{ print $2 }'")
    assert done.out == "AIDACKCEVSQ6C2EXAMPLE\n"
    done = forked("sh", "-c", "iam-userlistbypath | grep -v IsTruncated | wc -l")
    assert done.out.strip() == "3001"
    assert len(working_endpoint.requests) == 5


def test_a_reader_that_goes_away_had_what_it_wanted(forked, working_endpoint):
    done = forked("bash", "-c", "set -e -o pipefail; iam-userlistbypath | head -1; echo went on")
    assert (done.status, done.out, done.err) == (0, f"{ARN}0\nwent on\n", "")
    assert set(working_endpoint.operations) == {"ListUsers"}


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("iam-userlistbypath", 0, ""),
        ("iam-usergetattributes -u bob", 0, ""),
        ("iam-usercreate -h", 0, ""),
        ("iam-usercreate --version", 0, ""),
        (
            "iam-usercreate -u bob -v",
            1,
            (
                "iam-usercreate: cannot write to standard output: Broken pipe; changes already "
                "made remain\n"
            ),
        ),
        ("iam-userlistgroups -u bob", 1, "iam-userlistgroups: NoSuchEntity: not here\n"),
    ],
)
def test_a_reader_that_has_gone_need_not_know_but_of_a_change(
    line, status, said, run, forked_programs, working_endpoint
):
    reader, writer = os.pipe()
    os.close(reader)
    env = {**run.env, "PATH": f"{forked_programs.folder}:{PATH}"}
    process = run.start("sh", "-c", line, env=env, stdout=writer, stderr=-1)
    os.close(writer)
    assert (process.communicate()[1].decode(), process.returncode) == (said, status)


def test_output_that_cannot_be_written_is_a_failure(run, forked_programs, working_endpoint):
    run.env["PATH"] = f"{forked_programs.folder}:{run.env['PATH']}"
    for command in ("iam-userlistbypath", "iam-usergetattributes", "iam-usergetattributes -h"):
        done = run("sh", "-c", f"{command} > /dev/full")
        assert done.status == 1
        assert done.err == (
            f"{command.split()[0]}: cannot write to standard output: No space left on device\n"
        )
    assert working_endpoint.requests


def test_an_error_is_shown_also_if_the_data_before_it_cannot_be_written(run, forked_programs, stub):
    run.env["PATH"] = f"{forked_programs.folder}:{run.env['PATH']}"
    users = f"<Users><member><Arn>{ARN}bob</Arn></member><member/></Users>"
    run.env["AWS_IAM_URL"] = stub.endpoint(ok("ListUsers", users)).url
    message = "unexpected response: it has no Arn; is this an IAM endpoint?"
    error = f"iam-userlistbypath: {message}\n"
    assert run("sh", "-c", "iam-userlistbypath > /dev/full") == (1, "", error)
    # If it can be, it comes before the error, as in a log.
    assert run("sh", "-c", "iam-userlistbypath 2>&1") == (1, f"{ARN}bob\n{error}", "")


def test_closed_descriptors_are_noted(run, working_endpoint):
    done = run("sh", "-c", "iam-usergetattributes >&-")
    assert (done.status, done.err) == (1, "iam-usergetattributes: standard output is closed\n")
    # What needs no output needs no descriptor.
    assert run("sh", "-c", "iam-usercreate -u bob >&-").status == 0
    done = run("sh", "-c", "iam-usergetattributes <&- 2>&-")
    assert (done.status, done.out.count("\n")) == (0, 2)
    done = run("sh", "-c", "iam-userlistgroups -u bob 2>&-")
    assert (done.status, done.out) == (1, "")
    # The socket does not get the number of the closed descriptor: no answer is lost in it.
    done = run("sh", "-c", "iam-usergetattributes 0<&- 1>&- 2>&-; echo $?")
    assert done.out == "1\n"
    assert "CreateUser" in working_endpoint.operations


# Standard output that does not wait.


def reading(
    run: Shell | ForkRunner, endpoint: Endpoint, line: str, *, size: int = 0
) -> tuple[Process | Forked, int]:
    """Start a command whose output does not wait, and is not read.

    ``size``: how many bytes are in the pipe before.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    os.write(writer, bytes(size))
    run.env["AWS_IAM_URL"] = endpoint.url
    process = run.start(*line.split(), stdout=writer, stderr=-1)
    os.close(writer)
    wait_until(lambda: endpoint.answered and blocked(process.pid))
    return process, reader


FULL = 1 << 16
LISTED = "".join(f"{ARN}{n}\n" for n in range(3001)).encode() + b"IsTruncated: false\n"


@pytest.mark.parametrize("prefix", ["", in_full("iamcli run ")])
def test_output_that_does_not_wait_gets_the_whole_list(prefix, run, run_fast, working_endpoint):
    process, reader = reading(
        run if prefix else run_fast, working_endpoint, f"{prefix}iam-userlistbypath"
    )
    used = activity(process.pid)[0]
    time.sleep(0.3)
    # It waits, and does not try all the time.
    assert activity(process.pid)[0] - used < 0.1
    with os.fdopen(reader, "rb") as file:
        assert file.read() == LISTED
    assert (process.wait(), process.communicate()[1]) == (0, b"")


def test_output_that_does_not_wait_gets_a_secret(run_fast, stub):
    endpoint = stub.endpoint(canned("CreateAccessKey"))
    process, reader = reading(run_fast, endpoint, "iam-useraddkey -u bob", size=FULL)
    with os.fdopen(reader, "rb") as file:
        assert len(file.read()[FULL:].splitlines()) == 2
    assert (process.wait(), process.communicate()[1]) == (0, b"")
    assert endpoint.operations == ["CreateAccessKey"]


def test_output_that_does_not_wait_gets_an_error(run_fast, working_endpoint):
    line = "iam-instanceprofilegetattributes -s web"
    process, reader = reading(run_fast, working_endpoint, line, size=FULL)
    with os.fdopen(reader, "rb") as file:
        assert file.read()[FULL:] == process.communicate()[1] != b""
    assert process.wait() == 1


@pytest.mark.parametrize(("how", "status"), [("reader", 0), ("interrupt", -signal.SIGINT)])
def test_what_ends_the_wait_for_output(how, status, run_fast, working_endpoint):
    process, reader = reading(run_fast, working_endpoint, "iam-userlistbypath")
    if how == "interrupt":
        process.send_signal(signal.SIGINT)
        assert process.wait() == status
    os.close(reader)
    assert (process.communicate()[1], process.wait()) == (b"", status)


def test_strict_mode_is_the_originals_frame(run_fast, working_endpoint):
    strict = {"IAMCLI_STRICT": "1"}
    done = run_fast("iam-userlistgroups", "-u", "bob", env=strict)
    assert (done.status, done.err) == (1, "")
    assert done.out == "iam-userlistgroups: NoSuchEntity: not here\n"
    done = run_fast("iam-usercreate", "-z", env=strict)
    assert (done.status, done.err) == (1, "")
    assert done.out.startswith('iam-usercreate: "-z" is not a valid option\n')
    done = run_fast("iam-usercreate", "-h", env=strict)
    assert (done.status, done.err) == (1, "")
    assert done.out == run_fast("iam-usercreate", "-h").out
    done = run_fast("iam-userlistbypath", env=strict)
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith("/2999\nIsTruncated: true\nMarker: MK\n")
    assert working_endpoint.requests[-1].parameters == {"MaxItems": "100"}
    # Only 1 means strict.
    assert run_fast("iam-usercreate", "-h", env={"IAMCLI_STRICT": "0"}).status == 0


# Control characters.

RAW = b'{"a":\t"\x1b[31m\xc2\x9b\x7f\x00\x1f\xc2\x80\xc2\x9f\x80\x9f\r"}\n'
RAW += "\u202alast\u202e \u2066é\u2069".encode()
RAW += "\n\u2028\u2029\u200b\u200d\u2060\ufeff\xad\u3164\ufe0f\U000e0041 日\u3000本\xa0é".encode()
SHOWN = '{"a":\t"\\x1b[31m\\x9b\\x7f\\x00\\x1f\\x80\\x9f\\x80\\x9f\\x0d"}\r\n'
SHOWN += "\\u202alast\\u202e \\u2066é\\u2069\r\n"
SHOWN += "\\u2028\\u2029\\u200b\\u200d\\u2060\\ufeff\\xad\\u3164\\ufe0f\\ue0041 日\u3000本\xa0é\r\n"
ESC = "a\x1b]0;x\x07\x9b\x7f\nb\u200b\u2028\u3164"
ESC_SHOWN = "a\\x1b]0;x\\x07\\x9b\\x7f\\x0ab\\u200b\\u2028\\u3164"


def test_control_characters_of_data_do_not_reach_a_terminal(forked, stub):
    """A pipe and a file get the bytes that the service sends."""
    document = "".join(f"%{byte:02X}" for byte in RAW)
    result = f"<PolicyDocument>{document}</PolicyDocument>"
    endpoint = stub.endpoint().on("GetUserPolicy", ok("GetUserPolicy", result))
    forked.env["AWS_IAM_URL"] = endpoint.url
    arguments = ("iam-userlistpolicies", "-u", "bob", "-p", "policy")
    terminal = Terminal(*arguments, env=forked.env)
    assert terminal.status() == 0
    assert terminal.shown == SHOWN
    for redirected in ('"$@" >out', '"$@" | cat >out'):
        assert forked("sh", "-c", redirected, "sh", *arguments) == (0, "", "")
        assert (forked.home / "out").read_bytes() == RAW + b"\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    every(
        3,
        [
            (["iam-usercreate", "{}"], "No argument is allowed: {}"),
            (["iam-usercreate", "-{}"], '"-a..." is not a valid option'),
            (["iam-usermodkey", "-s", "{}"], '"{}" is not a valid value for "-s"; it takes'),
            (["iam-userlistbypath", "-p", "{}", "\u2013d"], "type: iam-userlistbypath -p '{}' -d"),
            (["iam-useraddcert", "-f", "{}"], "cannot read the certificate from {}: No such file"),
            (["iam-usercreate", "-u", "b", "--url", "x:{}"], "{}"),
            (["iam-usercreate", "-u", "b", "--aws-credential-file", "{}"], "credential file {}"),
            (["iamcli", "{}"], "unknown subcommand {}"),
            (["iamcli", "--{}"], "\\x1b"),
        ],
    ),
)
def test_control_characters_of_arguments_are_escaped(
    arguments, said, run_fast, forked, working_endpoint
):
    arguments = [argument.format(ESC) for argument in arguments]
    done = run_fast(*arguments)
    assert done.status == 1
    first = done.err.splitlines()[0]
    assert first.startswith(f"{arguments[0]}: ")
    assert said.format(ESC_SHOWN) in first
    terminal = Terminal(*arguments, env=forked.env)
    assert terminal.status() == 1
    assert said.format(ESC_SHOWN) in terminal.shown
    assert not {*terminal.shown} & {"\x1b", "\x07", "\x7f", "\x9b", "\u200b", "\u2028", "\u3164"}
    assert working_endpoint.requests == []


def test_control_characters_in_state_lines_and_notes(run_fast, stub):
    account = stub.add(lambda url: Account(url, "User", {"ListAccessKeys": ["AK\x9bKEY"]}))
    account.on("DeleteUser", refused("AccessDenied", "one\ntwo \x9bthree", 403))
    run_fast.env["AWS_IAM_URL"] = account.url
    assert run_fast("iam-userdel", "-u", "bob", "-r").err == (
        "iam-userdel: AccessDenied: one two  three\n"
        "iam-userdel: removed: access key AK\\x9bKEY; left: user bob\n"
    )


def test_explanation_of_an_unquoted_policy_keeps_its_lines(run_fast, working_endpoint):
    policy = ["{Statement:", "[{Effect:Allow,Action:*,Resource:*}]}"]
    arguments = ["iam-useruploadpolicy", "-u", "b\x1b\x9b", "-p", "p", "-o", *policy]
    done = run_fast(*arguments)
    assert done.status == 1
    assert len(done.err.splitlines()) == 3
    assert "-u 'b\\x1b\\x9b' -p p" in done.err
    assert not {*done.err} & {"\x1b", "\x9b"}
    assert working_endpoint.requests == []


@pytest.mark.parametrize("secret", ["tab\tin it", "line\nline", "\x9bsecret\x7f"])
def test_secrets_with_control_characters_are_hidden(secret, run_fast, stub):
    echo = refused("ValidationError", f"you sent {secret}")
    run_fast.env["AWS_IAM_URL"] = stub.endpoint(echo).url
    done = run_fast("iam-useraddloginprofile", "-u", "b", "-p", secret, "-d")
    said = done.err.splitlines()[-1].split()
    assert said == ["iam-useraddloginprofile:", "ValidationError:", "you", "sent", "***"]
