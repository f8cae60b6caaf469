"""A command line in processes: a usage error, help and values; test_parser.py has the rest."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest
from support.selection import every
from support.shell import KEY_ID, SECRET, TESTS
from support.stub import ok, refused
from support.terminal import read_now, rows

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = json.loads((TESTS / "interface" / "commands.json").read_text())["commands"]


@pytest.mark.parametrize("name", every(23, sorted(COMMANDS)))
def test_a_usage_error_of_the_installed_program(name, run):
    done = run(name, "-z", "extra")
    line, _, rest = done.err.partition("\n")
    assert (done.status, done.out) == (1, "")
    assert line == f'{name}: "-z" is not a valid option'
    assert rest == run(name, "-h").out
    assert rest.startswith(f"Usage: {name} ")


@pytest.mark.parametrize(
    ("line", "strict", "status"),
    [("-z -h", "", 0), ("--url -h", "", 0), ("-u bob --help", "", 0), ("--url -h", "1", 1)],
)
def test_help_at_any_position(line, strict, status, run_fast, stub):
    run_fast.env["AWS_IAM_URL"] = stub.endpoint(refused("Recorded")).url
    shown = run_fast("iam-usercreate", "-h").out
    done = run_fast("iam-usercreate", *line.split(), env={"IAMCLI_STRICT": strict})
    assert done == (status, shown, "")


@pytest.mark.parametrize(
    ("line", "operation", "parameters"),
    [
        # A value may begin with a dash, and may look like an option.
        ("iam-usercreate -u -v", "CreateUser", {"UserName": "-v"}),
        # Options of two characters, and choices in any case.
        ("iam-usermodkey -s ACTIVE", "UpdateAccessKey", {"Status": "Active"}),
        (
            "iam-userenablemfadevice -c2 222222 -c1 111111 -s dev -u b",
            "EnableMFADevice",
            {
                "UserName": "b",
                "SerialNumber": "dev",
                "AuthenticationCode1": "111111",
                "AuthenticationCode2": "222222",
            },
        ),
        # Empty values are values.
        ("iam-usercreate -u ", "CreateUser", {"UserName": ""}),
        # A path is completed, a path prefix is not.
        ("iam-usermod -u b -p /x/y", "UpdateUser", {"UserName": "b", "NewPath": "/x/y/"}),
        ("iam-groupmod -g g -p y", "UpdateGroup", {"GroupName": "g", "NewPath": "/y/"}),
        ("iam-userlistbypath -i 5 -p /x", "ListUsers", {"MaxItems": "5", "PathPrefix": "/x"}),
    ],
)
def test_values(line, operation, parameters, run_fast, stub):
    endpoint = stub.endpoint(refused("Recorded"))
    done = run_fast(*line.split(" "), env={"AWS_IAM_URL": endpoint.url})
    assert done.err.partition("\n")[0].endswith(": Recorded")
    assert endpoint.requests[0].operation == operation
    assert endpoint.requests[0].parameters == parameters


def test_a_value_that_is_not_text_is_refused(run, stub):
    endpoint = stub.endpoint(ok("CreateUser"))
    done = run(
        "sh", "-c", r"iam-usercreate -u $(printf 'caf\351')", env={"AWS_IAM_URL": endpoint.url}
    )
    assert done.status == 1
    assert done.err.startswith('iam-usercreate: The value of "-u" is not text in this locale')
    assert endpoint.requests == []


def test_the_version(run):
    from iamcli import __version__

    assert run("iam-usercreate", "--version") == (0, f"iam-usercreate (iamcli) {__version__}\n", "")


#: Slips with their advice and what was meant; the file describes its rows.
SLIPS = [
    row
    for row in (TESTS / "command_line" / "slips.txt").read_text().splitlines()
    if not row.startswith("#")
]


@pytest.mark.parametrize("strict", ["", "1"])
@pytest.mark.parametrize("row", SLIPS)
def test_a_slip_sends_nothing_and_its_advice_does_what_was_meant(row, strict, run_fast, stub):
    line, advice, *instead = (cell.strip() for cell in row.split(" |"))
    before, _, rest = line.partition("[")
    slip, _, after = rest.partition("]")
    endpoint = stub.endpoint(refused("Recorded"))
    env = {"AWS_IAM_URL": endpoint.url, "IAMCLI_STRICT": strict}
    done = run_fast(*before.split(), slip, *after.split(), env=env)
    shown, other = (done.out, done.err) if strict else (done.err, done.out)
    said, _, advised = shown.partition("\n")[0].partition(" is not a valid option")
    assert (done.status, other, endpoint.requests) == (1, "", [])
    assert said.startswith(f"{before.split()[0]}: ")
    assert advised == ("" if advice == "none" else f"; {advice}")
    if not instead:
        return
    words = instead[0].split()
    named = shlex.split(advice.removeprefix("write: ").removeprefix("did you mean ").strip("?"))
    # A placeholder stands for what is typed.
    assert [word for word in named if word[0] == "-" or not word.isupper()] in (
        words,
        words[:1],
        words[::2],
        ["leave", "it", "out"],
    )
    assert run_fast(*before.split(), *words, *after.split(), env=env).status == 1
    operation, _, parameter = instead[1].partition(" ")
    name, _, value = parameter.partition("=")
    assert endpoint.requests[-1].operation == operation
    assert endpoint.requests[-1].parameters[name] == value


#: What a mistake may contain, and no output; the file describes its rows.
SECRETS = {
    "{KEY}": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "{ONE}": "wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY",
    "{WORD}": "S3cret9",
    "{CODE}": "314159",
    "{PEM}": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1234567890abcdefghijkl\nxyz1\n",
}
#: The parts of them that nothing may show either.
PARTS = [*SECRETS.values(), "K7MDENG", "PRIVATE KEY", "MIIEpAIB", "xyz1"]
MISTAKES = [
    tuple(row.split("\n  "))
    for row in (TESTS / "command_line" / "mistakes.txt").read_text()[:-1].split("\n$ ")[1:]
]
#: What iamcli explain can list: the name of a file, and an address.
LISTED = ("-f {KEY}", "--url http://127.0.0.1:1/{ONE}", "/x/{ONE}/admin.json")
FORMS = [line for line, _ in MISTAKES if "{" in line]


def typed(line: str) -> list[str]:
    """Return the words of a line in the table, with the secrets."""
    words = shlex.split(line)
    for name, secret in SECRETS.items():
        words = [word.replace(name, secret) for word in words]
    return words


@pytest.mark.parametrize(("line", "said"), MISTAKES)
def test_what_is_shown_of_a_mistake(line, said, run_fast):
    (run_fast.home / "cert.pem").write_text("x")
    name, *arguments = typed(line)
    done = run_fast(name, *arguments, env={"AWS_MAX_ATTEMPTS": "1"})
    assert done.err.partition("\n")[0] == f"{name}: {said}"


@pytest.mark.parametrize("line", FORMS)
def test_no_output_shows_the_secret_of_a_mistake(line, run_fast):
    (run_fast.home / "cert.pem").write_text("x")
    words = typed(line)
    once = {"AWS_MAX_ATTEMPTS": "1"}
    done = [run_fast(*words, env={**once, "IAMCLI_STRICT": strict}) for strict in ("", "1")]
    assert [each.status for each in done] == [1, 1]
    done.append(run_fast("iamcli", "explain", "--", *words))
    for each in done:
        shown = each.out + each.err
        # iamcli(1): the requests that explain lists are shown.
        if not (line.endswith(LISTED) and "\nRequests that " in shown):
            assert [part for part in PARTS if part in shown] == []


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_no_finding_shows_the_secret_of_a_mistake(form, run_fast):
    """Each script has one of the lines, as it was typed and with a variable."""
    for number, line in enumerate(FORMS):
        text = shlex.join(typed(line))
        script = f"key='{SECRETS['{KEY}']}'\n{text}\n"
        # The shell expands a variable, which is no mistake of quoting here.
        script += text.replace(SECRETS["{KEY}"], "'$key'").replace("'$key'", '"$key"')
        (run_fast.home / f"{number}.sh").write_text(f"#!/bin/bash\n{script}\n")
    done = run_fast("iamcli", "check", "--format", form, ".")
    shown = done.out + done.err
    # Some lines are mistakes only because of what they do.
    assert shown.count(".sh") > len(FORMS)
    assert [part for part in PARTS if part in shown] == []


#: Lines with the change that their advice makes; the file describes its rows.
ADVISED = [
    tuple(row.split(" | "))
    for row in (TESTS / "command_line" / "advised.txt").read_text().splitlines()
    if not row.startswith("#")
]
#: What is typed in the place of a placeholder.
FILLED = {
    "USERNAME": "new",
    "GROUPNAME": "staff",
    "ROLENAME": "app",
    "STATUS": "Inactive",
    "PATH": "/x/",
}
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"Service":"ec2.amazonaws.com"}}]}'
)
ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'


def fill(iam: Any) -> str:
    """Create what the file describes; return the ID of ann's key."""
    for user in ("bob", "ann"):
        iam.create_user(UserName=user)
    for group in ("admins", "staff"):
        iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName="admins", UserName="ann")
    iam.put_user_policy(UserName="bob", PolicyName="all", PolicyDocument=ALLOW)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="web")
    iam.create_login_profile(UserName="ann", Password="S3cret-9")
    key: str = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]
    return key


def content(iam: Any, folder: Path) -> dict[str, Any]:
    """Return what is in the account and in the directory ``folder``, as the file names it."""
    found: dict[str, Any] = {f"file {file.name}": 0 for file in folder.iterdir()}
    found |= {f"alias {each}": 0 for each in iam.list_account_aliases()["AccountAliases"]}
    account = iam.get_account_authorization_details()
    for user in account["UserDetailList"]:
        name = user["UserName"]
        found[f"user {name}"] = user["Path"]
        found |= {f"member {group}/{name}": 0 for group in user["GroupList"]}
        found |= {
            f"policy {name}/{each['PolicyName']}": 0 for each in user.get("UserPolicyList", ())
        }
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            found[f"key of {name}"] = key["Status"]
        with contextlib.suppress(iam.exceptions.NoSuchEntityException):
            found[f"password of {name}"] = iam.get_login_profile(UserName=name) and 0
    found |= {f"group {group['GroupName']}": group["Path"] for group in account["GroupDetailList"]}
    for role in account["RoleDetailList"]:
        found[f"role {role['RoleName']}"] = role["Path"]
    for profile in iam.list_instance_profiles()["InstanceProfiles"]:
        name = profile["InstanceProfileName"]
        found[f"profile {name}"] = profile["Path"]
        found |= {f"in {name}/{role['RoleName']}": 0 for role in profile["Roles"]}
    return found


def following(words: list[str], shown: str) -> list[str]:  # noqa: PLR0911 - one for each form
    """Return the line ``words`` as the advice in ``shown`` changes it; nothing without advice."""
    if whole := re.search(r"\b(?:write|type|run): ((?:env |iam)[^;]*)", shown):
        # The others are those that were typed.
        others = [word for word in words[1:] if word not in ("--profile", "--profile=dev", "dev")]
        instead = shlex.split(whole[1])
        return [*instead[:-1], *others] if instead[-1] == "..." else instead
    wrong = re.search(r': "(.*?)(?:\.\.\.)?" is not a valid option', shown)
    place = next((i for i, word in enumerate(words) if wrong and word.startswith(wrong[1])), 0)
    value = words[place].partition("=")[2]
    if named := re.search(r'did you mean "(-[^"]*)(?:" or "(-.))?"\?', shown):
        # The second one is for a text.
        is_text = named[2] and words[-1].startswith("{")
        return [
            *words[:place],
            named[2 if is_text else 1],
            *([value] if value else []),
            *words[place + 1 :],
        ]
    if instead := re.search(r"; write: (.*)", shown):
        typed = [FILLED.get(word, word) for word in shlex.split(instead[1])]
        return [*words[:place], *typed, *words[place + 1 :]]
    if before := re.search(r"begin the command with: (env .*)", shown):
        return [*shlex.split(before[1].replace("PROFILE=PROFILE", "PROFILE=dev")), *words]
    if typed := re.search(r"type: (-.*)", shown):
        options = shlex.split(typed[1])
        place = words.index("-m" if options[0] == "-i" else options[0])
        return [*words[:place], *options, *words[place + 2 :]]
    if instead := re.search(r"that of a bucket is: (.*)", shown):
        return [*words[:-1], instead[1]]
    if bare := re.search(r"takes: (.*)", shown):
        return [bare[1] if word.startswith("file://") else word for word in words]
    if file := re.search(r"to read the file: -f (.*)", shown):
        return [*words[: words.index("-o")], "-f", file[1]]
    return [*words[:place], *words[place + 1 :]] if "leave it out" in shown else []


def with_environment(words: list[str], env: dict[str, str]) -> list[str]:
    """Return the words after those for env(1), which are used for ``env``."""
    while words[0] == "env" or "=" in words[0]:
        if words[1] == "-u":
            del env[words[2]]
            del words[1:3]
        else:
            env |= [words[1].split("=", 1)]
            del words[1]
        words = words[1:] if words[1].startswith("iam") else words
    return words


@pytest.mark.parametrize(
    ("line", "change"),
    every(8, ADVISED, *[row for row in ADVISED if row[0].endswith(("susan", "json", "help"))]),
)
def test_what_is_suggested_does_what_was_typed(line, change, run_fast, moto, iam, terminal):
    """Each suggestion is followed, on a terminal, until nothing is suggested."""
    key = fill(iam)
    (run_fast.home / "p.json").write_text(ALLOW)
    (run_fast.home / ".aws").mkdir()
    (run_fast.home / ".aws" / "credentials").write_text(
        f"[dev]\naws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n"
    )
    run_fast.env |= {"AWS_IAM_URL": moto, "IAMCLI_SANDBOX": moto}
    before = content(iam, run_fast.home)
    master, device = terminal
    words = shlex.split(line.replace("{key}", key).replace("{policy}", ALLOW))
    words = with_environment(words, run_fast.env)
    followed = 0
    while True:
        done = run_fast(*words, stderr=device)
        lines = rows(read_now(master), columns=1000)
        shown = "\n".join(each for each in lines if each.startswith(f"{words[0]}: "))
        instead = following(words, shown) if done.status else []
        if not instead:
            break
        # The first line changed nothing, and one slip may follow another.
        assert content(iam, run_fast.home) == before
        words, followed = with_environment(instead, run_fast.env), followed + 1
        assert followed <= 3, shown
    after = content(iam, run_fast.home)
    changed = [
        *(f"-{each}" for each in before if each not in after),
        *(f"+{each}" for each in after if each not in before),
        *(f"={each}" for each in after if before.get(each, after[each]) != after[each]),
    ]
    assert sorted(" ".join(changed).split()) == sorted(
        [] if change in ("nothing", "no advice") else change.split()
    )
    assert (followed > 0, done.status) == ((False, 1) if change == "no advice" else (True, 0)), (
        shown
    )


@pytest.mark.parametrize(
    ("line", "noted"),
    [
        ("iam-userdel -u bob -u ann", ["-u"]),
        ("iam-userdel -u bob -u ann -u bob", ["-u"]),
        ("iam-groupmod -g a -n b -g c -n d", ["-g", "-n"]),
        ("iam-userdel -u bob -u bob", []),
        # Each of them counts, or they name no entity.
        ("iam-groupadduser -g a -u bob -u ann", []),
        ("iam-usercreate -u bob -p /x/ -p /y/", []),
        ("iam-userlistbypath -i 5 -i 6", []),
    ],
)
def test_a_name_that_does_not_count_is_noted_on_a_terminal(line, noted, run_fast, stub, terminal):
    run_fast.env["AWS_IAM_URL"] = stub.endpoint(refused("Recorded")).url
    run_fast(*line.split(), stderr=terminal[1])
    shown = rows(read_now(terminal[0]), columns=1000)
    found = [re.search("only the last value of (.*) counts", each) for each in shown]
    assert [each[1] for each in found if each] == noted
    assert "only" not in run_fast(*line.split()).err
