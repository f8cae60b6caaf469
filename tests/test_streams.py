"""Standard streams and exit status in scripts, and in strict mode, which follows the original."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.stub import ok, refused

if TYPE_CHECKING:
    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub

ARN = "arn:aws:iam::123456789012:user/"
USER = f"<User><Arn>{ARN}bob</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId></User>"


def users(first: int, last: int, marker: str = "") -> str:
    entries = "".join(f"<member><Arn>{ARN}{n}</Arn></member>" for n in range(first, last))
    more = f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>" if marker else ""
    return f"<Users>{entries}</Users>{more or '<IsTruncated>false</IsTruncated>'}"


@pytest.fixture
def endpoint(run: Shell, stub: Stub) -> Endpoint:
    """A endpoint where each operation that is used here goes well."""
    made = stub.endpoint(refused("NoSuchEntity", "not here"))
    made.on("GetUser", ok("GetUser", USER)).on("CreateUser", ok("CreateUser", USER))
    made.on("ListUsers", ok("ListUsers", users(0, 3000, "MK")), ok("ListUsers", users(3000, 3001)))
    run.env["AWS_IAM_URL"] = made.url
    return made


def test_data_and_errors_are_apart(run_fast: ForkRunner, endpoint: Endpoint) -> None:
    done = run_fast("iam-usergetattributes", "-u", "bob")
    assert (done.status, done.err) == (0, "")
    assert done.out == f"{ARN}bob\nAIDACKCEVSQ6C2EXAMPLE\n"
    done = run_fast("iam-userlistgroups", "-u", "bob")
    assert (done.status, done.out) == (1, "")
    assert done.err == "iam-userlistgroups: NoSuchEntity: not here\n"
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_scripts_stop_where_their_authors_meant(shell: str, run: Shell, endpoint: Endpoint) -> None:
    done = run(shell, "-c", "set -e; iam-userlistgroups -u bob; echo went on")
    assert (done.status, done.out) == (1, "")
    done = run(shell, "-c", "iam-userlistgroups -u bob || exit 7; echo went on")
    assert (done.status, done.out) == (7, "")
    done = run(shell, "-c", "KEYS=`iam-usergetattributes`; echo $KEYS | awk '{ print $2 }'")
    assert done.out == "AIDACKCEVSQ6C2EXAMPLE\n"
    done = run(shell, "-c", "iam-userlistbypath | grep -v IsTruncated | wc -l")
    assert done.out.strip() == "3001"
    assert len(endpoint.requests) == 5


def test_a_reader_that_goes_away_had_what_it_wanted(run: Shell, endpoint: Endpoint) -> None:
    done = run("bash", "-c", "set -e -o pipefail; iam-userlistbypath | head -1; echo went on")
    assert (done.status, done.out, done.err) == (0, f"{ARN}0\nwent on\n", "")
    assert set(endpoint.operations) == {"ListUsers"}


def test_output_that_cannot_be_written_is_a_failure(run: Shell, endpoint: Endpoint) -> None:
    for command in ("iam-userlistbypath", "iam-usergetattributes", "iam-usergetattributes -h"):
        done = run("sh", "-c", f"{command} > /dev/full")
        assert done.status == 1
        assert done.err == (
            f"{command.split()[0]}: cannot write to standard output: No space left on device\n"
        )
    assert endpoint.requests


def test_a_changing_command_says_that_it_was_done_all_the_same(
    run: Shell, endpoint: Endpoint
) -> None:
    done = run("sh", "-c", "iam-usercreate -u bob -v > /dev/full")
    assert done.status == 1
    assert done.err.endswith("No space left on device; changes already made remain\n")
    assert endpoint.operations == ["CreateUser"]


def test_closed_descriptors_are_noted(run: Shell, endpoint: Endpoint) -> None:
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
    assert "CreateUser" in endpoint.operations


def test_strict_mode_is_the_originals_frame(run_fast: ForkRunner, endpoint: Endpoint) -> None:
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
    assert endpoint.requests[-1].parameters == {"MaxItems": "100"}
    # Only 1 means strict.
    assert run_fast("iam-usercreate", "-h", env={"IAMCLI_STRICT": "0"}).status == 0
