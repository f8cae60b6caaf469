"""``iamcli snapshot``: what it asks the service for, and what it does if that is denied."""

from __future__ import annotations

import itertools
import json
import re
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.forked import Done
from support.selection import every
from support.shell import SECRET
from support.snapshot import (
    ACCOUNT,
    ARN,
    DEVICES,
    EVE,
    FOR_ACCOUNT,
    FOR_BOB,
    FOR_EVE,
    KEY,
    OF_EVE,
    OWN,
    PASSWORD,
    PICTURE,
    PROFILE,
    READ_ONLY,
    SEED,
    SERVER_CERTIFICATE,
    SNAPSHOT,
    SSH_KEY,
    WEB,
    answer,
    answers,
    files,
    loaded,
    managed_policy,
    saved,
    succeeded,
)
from support.stub import Answer, ok, refused
from support.terminal import Terminal

from iamcli.cli.snapshot import content
from iamcli.cli.snapshot.pace import Pace, Remaining

if TYPE_CHECKING:
    from support.shell import Shell


def on_terminal(run: Shell, name: str) -> Terminal:
    return Terminal(sys.executable, "-m", "iamcli", "snapshot", name, env=run.env)


# What is read and written.


def test_the_file_has_everything_that_the_service_sends(served_account, run_fast):
    snapshot = saved(run_fast)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", snapshot.pop("taken"))
    assert snapshot == SNAPSHOT


def test_only_requests_that_read_are_sent(served_account, run_fast):
    succeeded(run_fast("iamcli", "snapshot", "account.json"))
    assert served_account.operations == [*FOR_ACCOUNT, *FOR_BOB, *FOR_EVE]
    assert all(name.startswith(("Get", "List")) for name in served_account.operations)
    assert served_account.requests[1].parameters["Marker"] == "next"
    assert served_account.requests[-1].parameters == {"UserName": "eve"}


def test_the_file_has_no_secret(served_account, run_fast):
    done = run_fast("iamcli", "snapshot", "-d", "account.json")
    assert "ListVirtualMFADevices succeeded" in done.err
    for shown in (done.err, (run_fast.home / "account.json").read_text()):
        for secret in (SEED, "SEED1234", PICTURE, PASSWORD, SECRET):
            assert secret not in shown


def test_lists_of_several_pages_are_read_completely(served_account, run_fast):
    second = {**KEY, "AccessKeyId": "AKIABOBBOBBOBBOBBOB2"}
    more = answer("ListAccessKeys", AccessKeyMetadata=[KEY], IsTruncated=True, Marker="second")
    last = answer("ListAccessKeys", AccessKeyMetadata=[second], IsTruncated=False)
    served_account.on("ListAccessKeys", more, last, ok("ListAccessKeys"))
    keys = saved(run_fast)["users"][0]["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in keys] == [KEY["AccessKeyId"], second["AccessKeyId"]]


def test_what_does_not_exist_is_null(served_account, run_fast):
    served_account.on("ListAccountAliases", answer("ListAccountAliases", AccountAliases=[]))
    served_account.on("GetAccountPasswordPolicy", refused("NoSuchEntity", "cannot be found", 404))
    snapshot = saved(run_fast)
    assert (snapshot["account_alias"], snapshot["password_policy"]) == (None, None)
    assert snapshot["unread"] == []


def test_an_empty_account_has_no_number(served_account, run_fast):
    served_account.on("GetAccountAuthorizationDetails", ok("GetAccountAuthorizationDetails"))
    empty = ("ListServerCertificates", "ListVirtualMFADevices", "ListInstanceProfiles")
    for operation in empty:
        served_account.on(operation, ok(operation))
    snapshot = saved(run_fast)
    assert (snapshot["account"], snapshot["users"], snapshot["policies"]) == (None, [], [])
    assert "ListRoles" not in served_account.operations


def test_the_number_of_an_account_with_a_certificate_only(served_account, run_fast):
    for operation in ("GetAccountAuthorizationDetails", "ListInstanceProfiles"):
        served_account.on(operation, ok(operation))
    assert saved(run_fast)["account"] == ACCOUNT


def test_options_of_the_commands_name_the_service_and_the_key(served_account, run_fast):
    other = run_fast.home / "other"
    other.write_text("AWSAccessKeyId=AKIAOTHEROTHEROTHER1\nAWSSecretKey=x\n")
    options = ["--aws-credential-file", "other", "--url", served_account.url]
    env = {"AWS_IAM_URL": "http://127.0.0.1:1", "AWS_CREDENTIAL_FILE": "/nonexistent"}
    succeeded(run_fast("iamcli", "snapshot", *options, "account.json", env=env))
    assert "AKIAOTHEROTHEROTHER1" in served_account.requests[0].headers["authorization"]


def test_a_terminal_shows_the_progress_and_what_was_written(served_account, run):
    terminal = on_terminal(run, str(run.home / "account.json"))
    assert terminal.status() == 0
    *steps, last = terminal.shown.split("\x1b[K")
    assert [step.removeprefix("\r") for step in steps] == [
        "reading users, groups, roles and policies",
        "reading what belongs to the account",
        "reading user 1 of 2: bob",
        "reading user 2 of 2: eve",
        "",
    ]
    assert last == (
        f"iamcli: wrote {run.home}/account.json: 2 users, 1 group, 1 role, 2 instance profiles, "
        "2 managed policies, 1 server certificate\r\n"
    )


#: Runs iamcli as if the service were on another machine, to which requests are sent slowly.
FAR_AWAY = """
import sys
from iamcli.cli import main
from iamcli.cli.snapshot import pace
pace.is_this_machine = lambda _: False
sys.exit(main())
"""


def test_a_terminal_shows_how_long_many_users_need(served_account, run):
    users = [{**EVE, "UserName": f"eve{number}"} for number in range(400)]
    page = answer("GetAccountAuthorizationDetails", UserDetailList=users, IsTruncated=False)
    served_account.on("GetAccountAuthorizationDetails", page)
    name = str(run.home / "account.json")
    terminal = Terminal(sys.executable, "-c", FAR_AWAY, "snapshot", name, env=run.env)
    # Six requests for each, ten in a second.
    terminal.wait_for("reading user 1 of 400 (about 4 minutes left): eve0\x1b[K")
    terminal.wait_for("reading user 2 of 400 (about ")
    terminal.type("\x03")
    terminal.wait()
    assert not (run.home / "account.json").exists()


class Clock:
    """A clock that only sleeping moves: how long each call of ``sleep`` was to last."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_how_long_users_need():
    clock = Clock()
    # Ten requests in a second.
    pace: Any = SimpleNamespace(sent=7, seconds=lambda requests: requests / 10)
    left = Remaining(5000, pace, clock)
    assert left.text(0) == " (about 50 minutes left)"
    # Two more requests for each user, for keys.
    pace.sent += 8 * 1000
    clock.now += 100.0
    # 53 minutes, which is not said yet.
    assert left.text(1000) == " (about 50 minutes left)"
    # The service is slower than the pace.
    clock.now += 1900.0
    assert left.text(1000) == " (about 2 hours left)"
    # Half a minute, a minute, and what nobody waits for.
    pace.sent = 7
    small = Remaining(50, pace, clock)
    said = [small.text(number) for number in (0, 10, 20, 30, 40)]
    assert said == [" (about 30 seconds left)", "", "", "", ""]
    pace.sent += 40 * 60
    assert small.text(40) == " (about 1 minute left)"
    assert Remaining(16, pace, clock).text(0) == ""


def test_a_time_that_varies_does_not_rise_and_fall():
    times = iter([156, 144, 156, 140, 150, 135, 300, 130])
    pace: Any = SimpleNamespace(sent=0, seconds=lambda _: float(next(times)))
    left = Remaining(1, pace, Clock())
    said = [left.text(0).split()[1] for _ in range(8)]
    assert said == ["3", "2", "2", "2", "2", "2", "5", "2"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (9.9, ""),
        (10, " (about 10 seconds left)"),
        (54, " (about 50 seconds left)"),
        (56, " (about 1 minute left)"),
        (99 * 60, " (about 99 minutes left)"),
        (100 * 60, " (about 2 hours left)"),
    ],
)
def test_how_a_time_is_said(seconds, said):
    pace: Any = SimpleNamespace(sent=0, seconds=lambda _: float(seconds))
    assert Remaining(1, pace, Clock()).text(0) == said


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_a_snapshot_on_standard_output(served_account, run_fast, name):
    before = files(run_fast)
    done = run_fast("iamcli", "snapshot", name)
    assert (done.status, done.err) == (0, "")
    content = json.loads(done.out)
    del content["taken"]
    assert content == SNAPSHOT
    assert files(run_fast) == before


def test_standard_output_that_cannot_take_a_snapshot(served_account, run):
    full = run("sh", "-c", "iamcli snapshot - >/dev/full")
    said = "iamcli: cannot write to standard output: No space left on device\n"
    assert (full.status, full.err) == (1, said)
    asked = len(served_account.requests)
    closed = run("sh", "-c", "iamcli snapshot /dev/stdout >&-")
    assert (closed.status, closed.err) == (1, "iamcli: standard output is closed\n")
    terminal = on_terminal(run, "-")
    assert terminal.status() == 1
    assert terminal.shown == (
        "iamcli: standard output is a terminal, and a snapshot is read by programs; specify the "
        "name of a file, or redirect standard output\r\n"
    )
    # Nothing is read then.
    assert len(served_account.requests) == asked


def test_notes_about_a_snapshot_on_standard_output(served_account, run):
    served_account.on("ListAccountAliases", refused("AccessDenied", "no", 403))
    out = run.home / "out.json"
    line = ("-c", 'exec "$@" >"$OUT"', "sh", sys.executable, "-m", "iamcli", "snapshot", "-")
    terminal = Terminal("sh", *line, env={**run.env, "OUT": str(out)})
    assert terminal.status() == 0
    *_, wrote, refusal = terminal.shown.rpartition("\x1b[K")[2].splitlines()
    assert wrote.startswith("iamcli: wrote the snapshot: 2 users, ")
    assert refusal.endswith("; the snapshot lists them in its member unread")
    assert len(json.loads(out.read_text())["unread"]) == 1


def test_a_terminal_shows_a_hint(served_account, run):
    message = "The request signature we calculated does not match."
    served_account.on(
        "GetAccountAuthorizationDetails", refused("SignatureDoesNotMatch", message, 403)
    )
    terminal = on_terminal(run, str(run.home / "account.json"))
    assert terminal.status() == 1
    first = f"iamcli: SignatureDoesNotMatch: {message}"
    assert f"{first}\r\niamcli: check the secret" in terminal.shown


# What is denied.

METADATA = {"ServerCertificateMetadata": SERVER_CERTIFICATE["ServerCertificateMetadata"]}
#: What is absent, what is listed as unread, and what is left of other members, if an operation is
#: denied.
DENIED: dict[str, tuple[str, str | None, dict[str, Any]]] = {
    "ListInstanceProfiles": ("", None, {"instance_profiles": [PROFILE]}),
    "ListRoles": ("", None, {"roles": [WEB]}),
    "ListPolicyTags": ("", OWN, {"policies": [managed_policy(OWN), managed_policy(READ_ONLY)]}),
    "GetAccountPasswordPolicy": ("password_policy", None, {}),
    "GetAccountSummary": ("summary", None, {}),
    "ListVirtualMFADevices": ("virtual_mfa_devices", None, {}),
    "ListAccountAliases": ("account_alias", None, {}),
    "ListServerCertificates": ("server_certificates", None, {}),
    "GetServerCertificate": ("", "www", {"server_certificates": [METADATA]}),
    "ListAccessKeys": ("AccessKeyMetadata", None, {}),
    "GetAccessKeyLastUsed": ("", KEY["AccessKeyId"], {"AccessKeyMetadata": [KEY]}),
    "ListSigningCertificates": ("Certificates", None, {}),
    "ListMFADevices": ("MFADevices", None, {}),
    "GetLoginProfile": ("LoginProfile", None, {}),
    "ListSSHPublicKeys": ("SSHPublicKeys", None, {}),
    "GetSSHPublicKey": ("", SSH_KEY["SSHPublicKeyId"], {"SSHPublicKeys": [SSH_KEY]}),
    "ListServiceSpecificCredentials": ("ServiceSpecificCredentials", None, {}),
}


@pytest.mark.parametrize("operation", every(5, DENIED))
def test_what_is_denied_is_listed_and_absent(served_account, run_fast, operation):
    message = f"User: {ARN}:user/x is not authorized to perform: iam:{operation}"
    served_account.on(operation, refused("AccessDenied", message, 403))
    done = run_fast("iamcli", "snapshot", "account.json")
    assert (done.status, done.out) == (0, "")
    absent, name, left = DENIED[operation]
    users = ["bob", "eve"] if operation in FOR_EVE else ["bob"] * (operation in FOR_BOB)
    count = "2 requests were" if len(users) > 1 else "1 request was"
    assert done.err == (
        f"iamcli: {count} refused (AccessDenied); account.json lists them in its member unread\n"
    )
    snapshot = loaded(run_fast)
    assert snapshot["unread"] == [
        {
            "operation": operation,
            "name": name,
            "of": user and f"user/{user}",
            "code": "AccessDenied",
            "message": message,
        }
        for user in users or [None]
    ]
    expected = json.loads(json.dumps(SNAPSHOT))
    for place in (expected, *expected["users"]):
        place.pop(absent, None)
    for place in (expected, expected["users"][0]):
        place |= {member: value for member, value in left.items() if member in place}
    del snapshot["taken"]
    assert snapshot == {**expected, "unread": snapshot["unread"]}


#: What is asked only if a list was answered.
AFTER_A_LIST = ("GetServerCertificate", "GetAccessKeyLastUsed", "GetSSHPublicKey")
#: The errors that concern one operation.
CODES = ("AccessDenied", "InvalidAction", "NotSupportedService", "UnrecognizedPublicKeyEncoding")


def test_all_that_can_be_refused_is_listed_and_absent(served_account, run_fast):
    asked = [name for name in DENIED if name not in AFTER_A_LIST]
    codes = dict(zip(asked, itertools.cycle(CODES)))
    for operation, code in codes.items():
        served_account.on(operation, refused(code, f"not {operation}", 403))
    done = run_fast("iamcli", "snapshot", "account.json")
    assert (done.status, done.out) == (0, "")
    assert done.err.startswith(f"iamcli: 20 requests were refused ({', '.join(CODES)}); account")
    snapshot = loaded(run_fast)
    of_account = [name for name in FOR_ACCOUNT[2:] if name in asked]
    unread = [(name, OWN if name == "ListPolicyTags" else None, None) for name in of_account]
    unread += [(name, None, f"user/{user}") for user in ("bob", "eve") for name in FOR_EVE]
    assert [tuple(one.values()) for one in snapshot["unread"]] == [
        (*place, codes[place[0]], f"not {place[0]}") for place in unread
    ]
    absent = {absent for absent, _, _ in DENIED.values()}
    assert [absent & place.keys() for place in (snapshot, *snapshot["users"])] == [set()] * 3


UNEXPECTED = "unexpected HTTP {} from {{url}} for {}, not an IAM response"
#: An answer of a server that is not AWS's, to an operation that it lacks.
LACKING = Answer(b"<html>Not Implemented</html>", 500)


def test_what_a_server_lacks_is_listed(served_account, run_fast):
    served_account.on("ListMFADevices", LACKING)
    done = run_fast("iamcli", "snapshot", "account.json", env={"AWS_MAX_ATTEMPTS": "1"})
    said = "2 requests were refused (HTTP 500); account.json lists them in its member unread"
    assert done == Done(0, "", f"iamcli: {said}\n")
    message = UNEXPECTED.format(500, "ListMFADevices").format(url=served_account.url)
    row = {"operation": "ListMFADevices", "name": None, "code": "HTTP 500", "message": message}
    assert loaded(run_fast)["unread"] == [{**row, "of": f"user/{name}"} for name in ("bob", "eve")]


def test_a_user_who_is_deleted_meanwhile_has_no_known_login_profile(served_account, run_fast):
    served_account.on(
        "GetLoginProfile", refused("NoSuchEntity", "The user with name bob cannot be found.", 404)
    )
    assert run_fast("iamcli", "snapshot", "account.json").status == 0
    snapshot = loaded(run_fast)
    assert [entry["of"] for entry in snapshot["unread"]] == ["user/bob", "user/eve"]
    assert not any("LoginProfile" in user for user in snapshot["users"])


FATAL = {
    "the details are denied": (
        "GetAccountAuthorizationDetails",
        refused("AccessDenied", "not authorized", 403),
        "AccessDenied: not authorized",
    ),
    "the key expires": (
        "ListMFADevices",
        refused("ExpiredToken", "The security token is expired", 403),
        "ListMFADevices for user bob: ExpiredToken: The security token is expired",
    ),
    "throttling does not end": (
        "ListVirtualMFADevices",
        refused("Throttling", "Rate exceeded"),
        "ListVirtualMFADevices: Throttling: Rate exceeded",
    ),
    "not an answer of IAM": (
        "GetSSHPublicKey",
        ok("ListUsers"),
        (
            "GetSSHPublicKey for user bob: unexpected response from {url}, not an IAM response; is "
            "this an IAM endpoint?"
        ),
    ),
    "nothing that a server lacks": (
        "GetAccountSummary",
        Answer(b"<html>Bad Gateway</html>", 502),
        f"GetAccountSummary: {UNEXPECTED.format(502, 'GetAccountSummary')}",
    ),
}


@pytest.mark.parametrize("case", FATAL)
def test_other_errors_leave_no_file(served_account, run_fast, case):
    operation, response, message = FATAL[case]
    served_account.on(operation, response)
    done = run_fast("iamcli", "snapshot", "account.json", env={"AWS_MAX_ATTEMPTS": "1"})
    assert done == (1, "", f"iamcli: {message.format(url=served_account.url)}\n")
    assert files(run_fast) == set()


def test_throttled_requests_are_sent_again(served_account, run_fast):
    served_account.on("GetAccountSummary", refused("Throttling"), *answers()["GetAccountSummary"])
    assert saved(run_fast)["summary"] == SNAPSHOT["summary"]
    assert served_account.operations.count("GetAccountSummary") == 2


# A part of the users.


def test_other_users_are_left_out(served_account, run_fast):
    served_account.on("GetLoginProfile", answers()["GetLoginProfile"][1])
    for operation in FOR_EVE:
        if operation != "GetLoginProfile":
            served_account.on(operation, ok(operation))
    snapshot = saved(run_fast, "--users", "eve")
    del snapshot["taken"]
    # The virtual MFA device of bob is left out, too; everything else is complete.
    part = {"only_users": ["eve"], "users": [{**EVE, **OF_EVE}], "virtual_mfa_devices": DEVICES[1:]}
    assert snapshot == {**SNAPSHOT, **part}
    assert served_account.operations == [*FOR_ACCOUNT, *FOR_EVE]


@pytest.mark.parametrize(
    "arguments",
    [
        ["account.json", "--users", "bob", "eve"],
        ["account.json", "--users", "bob", "--users", "eve"],
        ["--users", "bob", "eve", "--force", "account.json"],
        ["--users=bob", "--users=eve", "account.json"],
        ["account.json", "--users", "bob", "eve", "bob"],
    ],
)
def test_users_can_be_several_names(served_account, run_fast, arguments):
    succeeded(run_fast("iamcli", "snapshot", *arguments))
    assert loaded(run_fast)["only_users"] == ["bob", "eve"]


#: Arguments in which FILE is missing, what is said, and the arguments to type.
TAKEN = [
    ("--users bob account.json", "--users took account.json, too", "account.json --users bob"),
    ("--users bob --force", "FILE is missing, or --users took it", "FILE --users bob --force"),
    ("--users bob", "FILE is missing, or --users took it", "FILE --users bob"),
    ("--force", "FILE is missing", "--force FILE"),
]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["account.json", "--users", "bob", "Eve", "dan"],
            "no such user: Eve, dan; the names are case-sensitive",
        ),
        *(
            (words.split(), f"{said}; type: iamcli snapshot {line}\nUsage: iamcli snapshot FILE")
            for words, said, line in TAKEN
        ),
    ],
)
def test_wrong_users_are_an_error(served_account, run_fast, arguments, message):
    done = run_fast("iamcli", "snapshot", *arguments)
    name = "iamcli snapshot" if "Usage: " in message else "iamcli"
    assert (done.status, done.err.partition(" [")[0].strip()) == (1, f"{name}: {message}")
    assert files(run_fast) == set()


def test_the_usage_has_the_file_before_the_options(run_fast):
    shown = run_fast("iamcli", "snapshot", "--help").out
    assert shown.startswith("Usage: iamcli snapshot FILE [OPTIONS]\n")
    assert " ".join(shown.partition("--force ")[2].split()) == (
        "Overwrite FILE if it exists. "
        "--aws-credential-file CREDENTIALFILE Read the access key from this file. "
        "--client-config-file CLIENTCONFIGFILE Read proxy settings from this file. "
        "--url SERVICEENDPOINT Send requests to this address. "
        "-d, --debug Log requests and responses to standard error, without secrets. "
        "-h, --help Show this message and exit."
    )


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (["AccessDenied"], "1 request was refused (AccessDenied)"),
        # Their order is that of the alphabet.
        (["B", "A", "B"], "3 requests were refused (A, B)"),
        (list("HGFEDCBA"), "8 requests were refused (A, B, C, D, E, F, G, H)"),
    ],
)
def test_refusals_are_counted(codes, said):
    assert content.refusals({"unread": [{"code": code} for code in codes]}) == said


PHONE_OF_BOB, SPARE, OF_ROOT = DEVICES


@pytest.mark.parametrize(
    ("names", "devices"),
    [
        (["bob"], [PHONE_OF_BOB, SPARE, OF_ROOT]),
        (["eve", "bob"], [PHONE_OF_BOB, SPARE, OF_ROOT]),
        (["eve"], [SPARE, OF_ROOT]),
        (None, [PHONE_OF_BOB, SPARE, OF_ROOT]),
    ],
)
def test_which_devices_a_part_of_the_users_has(names, devices):
    snapshot = {"only_users": names, "virtual_mfa_devices": DEVICES}
    content.limit_devices(snapshot)
    assert snapshot == {"only_users": names, "virtual_mfa_devices": devices}
    # They may be denied.
    snapshot = {"only_users": names}
    content.limit_devices(snapshot)
    assert snapshot == {"only_users": names}


def test_what_is_counted():
    members = ("users", "groups", "roles", "instance_profiles", "policies")
    counted = {member: [{}] * number for number, member in enumerate(members)}
    # The server certificates may be denied.
    assert content.summary(counted) == (
        "0 users, 1 group, 2 roles, 3 instance profiles, 4 managed policies, 0 server certificates"
    )


# The rate.


def waits(host: str, *pauses: float) -> list[float]:
    """Return how long each request waits, of which each is sent after another of ``pauses``."""
    clock = Clock()
    pace = Pace(f"https://{host}/", clock, clock.sleep)
    for pause in pauses:
        clock.now += pause
        pace.wait()
    return clock.slept


def test_an_account_of_a_hundred_entities_is_read_without_a_pause():
    assert waits("iam.amazonaws.com", *[0.0] * 100) == pytest.approx([0.0] * 100, abs=1e-6)


@pytest.mark.parametrize("pause", [0.0, 0.06])
def test_ten_requests_per_second_follow(pause):
    slept = waits("iam.amazonaws.com", *[0.0] * 101, *[pause] * 20)
    assert slept == pytest.approx([0.0] * 100 + [0.1] + [0.1 - pause] * 20, abs=1e-6)


def test_what_was_not_used_is_left_for_later():
    """Each tenth of a second is another request, but there are never more than a hundred."""
    slept = waits("iam.amazonaws.com", *[0.0] * 100, 0.5, *[0.0] * 5)
    assert slept == pytest.approx([0.0] * 105 + [0.1], abs=1e-6)
    slept = waits("iam.amazonaws.com", *[0.0] * 100, 3600.0, *[0.0] * 100)
    assert slept == pytest.approx([0.0] * 200 + [0.1], abs=1e-6)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_requests_to_this_machine_do_not_wait(host):
    assert waits(host, *[0.0] * 500) == []


#: Writes how long a command is to sleep between requests, and goes on at once.
RECORDING = """
from iamcli.cli.snapshot import pace

def sleep(seconds):
    with open("slept", "a") as file:
        print(seconds, file=file)

start, clock, wait = pace.Pace.__init__, lambda: 0.0, sleep
pace.Pace.__init__ = lambda self, url: start(self, url, clock, wait)
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "iam.example.com"])
def test_requests_to_other_machines_are_paced(served_account, stub, run_fast, host):
    users = [{**EVE, "UserName": f"user{number}"} for number in range(20)]
    page = answer("GetAccountAuthorizationDetails", UserDetailList=users)
    served_account.on("GetAccountAuthorizationDetails", page)
    config = run_fast.home / "proxy"
    config.write_text(f"ClientProxyHost=127.0.0.1\nClientProxyPort={stub.port}\n")
    env = {
        "AWS_IAM_URL": served_account.url.replace("127.0.0.1", host),
        "CLIENT_CONFIG_FILE": str(config) if host != "127.0.0.1" else "",
    }
    succeeded(run_fast("iamcli", "snapshot", "account.json", env=env, before=RECORDING))
    slept = run_fast.home / "slept"
    if host == "127.0.0.1":
        assert not slept.exists()
        return
    pauses = [float(line) for line in slept.read_text().splitlines()]
    # The pages of what describes all users are not paced.
    assert len(pauses) == len(served_account.operations) - 1
    assert len(pauses) > 120
    # The clock stands still, so that each request is due later.
    assert pauses == pytest.approx(
        [0.0] * 100 + [n / 10 for n in range(1, len(pauses) - 99)], abs=1e-6
    )
