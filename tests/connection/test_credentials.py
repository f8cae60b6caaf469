"""Credentials, endpoint and signing: precedence and error messages."""

from __future__ import annotations

import os
import re
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.connecting import (
    CONFIGURED,
    KEY_VARIABLES,
    TWO_LINES,
    USER,
    WITH_SECRETS,
    assert_refused,
    configured,
    show,
    signed_by,
    write,
)
from support.doctor import doctor
from support.forked import HASTY
from support.processes import wait_until
from support.selection import every, in_full
from support.shell import BIN, KEY_ID, SECRET
from support.stub import faulty, ok, refused
from support.terminal import Terminal, read_now, rows
from support.users import OTHER

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    from support.shell import Done


pytestmark = pytest.mark.releases

OF_CONFIGURATION = "the credentials of the AWS configuration"


@pytest.mark.parametrize(
    "text",
    [
        f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}",
        f"AWSAccessKeyId: {KEY_ID}\nAWSSecretKey : {SECRET}\n",
        f"  AWSAccessKeyId =  {KEY_ID} \r\n\r\nAWSSecretKey\t=\t{SECRET}\t\r\n",
        f"# a remark\n! another\nAWSSecretKey {SECRET}\nAWSAccessKeyId {KEY_ID}\n",
        f"AWSAccessKeyId={KEY_ID}\rAWSSecretKey={SECRET}\r",
        f"AWSAccessKeyId=old\nAWSAccessKeyId={KEY_ID}\nOther=1\nAWSSecretKey={SECRET}\n",
        f"AWSAccessKeyId=\\\n   {KEY_ID}\nAWSSecretKey={SECRET[:9]}\\\n    {SECRET[9:]}\n",
        f"\ufeffAWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n",
        f"{'# a remark' * 7000}\nAWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n",
        f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey=\\u0077{SECRET[1:]}\n",
    ],
)
def test_syntax_of_the_credential_file(text, run_fast, endpoint):
    right = endpoint.requests
    assert show(run_fast).status == 0
    done = show(run_fast, AWS_CREDENTIAL_FILE=str(write(run_fast, "other", text)))
    assert (done.status, done.err) == (0, "")
    assert signed_by(endpoint)[0] == KEY_ID
    # The same key, date and request make the same signature.
    if right[0].headers["x-amz-date"] == right[1].headers["x-amz-date"]:
        assert right[0].headers["authorization"] == right[1].headers["authorization"]


#: Files in other forms.
OF_PROFILE = f"aws_access_key_id = {KEY_ID}\naws_secret_access_key={SECRET}\n"
INSTEAD = "; unset AWS_CREDENTIAL_FILE and set AWS_SHARED_CREDENTIALS_FILE"
CSV = f" is a CSV file of the console; it needs the two lines {TWO_LINES}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("AWSAccessKeyId=AK\n", f"has no AWSSecretKey; it needs the two lines {TWO_LINES}"),
        ("AWSSecretKey=x\n", "has no AWSAccessKeyId; it needs the two lines"),
        ("", "has no AWSAccessKeyId; it needs the two lines"),
        ("AWSAccessKeyId=\nAWSSecretKey=x\n", "has no AWSAccessKeyId"),
        ("AWSAccessKeyID=AK\nAWSSecretKey=x\n", ", line 1: AWSAccessKeyID must be AWSAccessKeyId;"),
        (
            "AWSAccessKeyId=AK\nAWSSECRETKEY=x\n",
            ", line 2: AWSSECRETKEY must be AWSSecretKey; it needs",
        ),
        ("#\nexport AWSAccessKeyId=AK\n", ", line 2 begins with export; it needs the two lines"),
        (
            "\nAWSAccessKeyId=<Write your key here>\nAWSSecretKey=x\n",
            ", line 2: AWSAccessKeyId is still the placeholder in angle brackets; it needs",
        ),
        (
            "AWSAccessKeyId=AK\nAWSSecretKey=Write-your-secret-here>\n",
            ", line 2: AWSSecretKey is still the placeholder in angle brackets; it needs",
        ),
        (
            "AWSAccessKeyId=AK\nAWSSecretKey=a secret\n",
            ", line 2: AWSSecretKey contains an invalid character, such as a space or a carriage",
        ),
        # The first line of a value that is continued.
        (
            "AWSAccessKeyId=AK\nAWSSecretKey=\\\n  a secret\n",
            ", line 2: AWSSecretKey contains an invalid character, such as a space or a carriage",
        ),
        (f"[default]\n{OF_PROFILE}", f" is a file of profiles{INSTEAD} to this file\n"),
        (f"# mine\n[prod]\n{OF_PROFILE}", f"{INSTEAD} to this file, and AWS_PROFILE to one of its"),
        (f"[a]\n{OF_PROFILE}[default]\n{OF_PROFILE}", f"{INSTEAD} to this file\n"),
        (
            f"[profile prod]\n{OF_PROFILE}",
            f"{INSTEAD.replace('SHARED_CREDENTIALS', 'CONFIG')} to this file, and AWS_PROFILE to",
        ),
        (f"Access key ID,Secret access key\r\n{KEY_ID},{SECRET}\r\n", CSV),
        (f"\ufeffUser name,Access key ID,Secret access key\nbob,{KEY_ID},\n", CSV),
        (f"{KEY_ID},{SECRET}\n", CSV),
        (
            f'AWSAccessKeyId="{KEY_ID}"\nAWSSecretKey=x\n',
            ", line 1: AWSAccessKeyId contains a quotation mark; it needs",
        ),
    ],
)
def test_a_wrong_credential_file_is_named(text, said, run_fast, endpoint):
    file = write(run_fast, "wrong", text)
    keys = {"AWS_ACCESS_KEY_ID": "AKOTHER", "AWS_SECRET_ACCESS_KEY": "other"}
    for done in (
        show(run_fast, AWS_CREDENTIAL_FILE=str(file), **keys),
        show(run_fast, "--aws-credential-file", str(file), **keys),
    ):
        assert_refused(done, f"credential file {file}")
        assert said in done.err
        assert not [value for value in ("a secret", SECRET, KEY_ID) if value in done.err]
    # It never falls through to other credentials.
    assert endpoint.requests == []


def test_a_credential_file_that_cannot_be_read_is_named(run_fast, endpoint):
    for name, reason in (("absent", "No such file or directory"), (".", "is a directory")):
        done = show(run_fast, AWS_CREDENTIAL_FILE=name)
        assert_refused(done, f"credential file {name} ")
        assert reason in done.err
        assert TWO_LINES in done.err
    assert endpoint.requests == []


def test_a_file_that_may_not_be_read_is_named(run_fast, shared):
    """What it should contain is said only of a file that was read."""
    become = f"import os; os.geteuid() or os.setuid({OTHER})"
    for variable, what in (
        ("AWS_CREDENTIAL_FILE", "credential file"),
        ("CLIENT_CONFIG_FILE", "client configuration"),
    ):
        file = shared / variable
        file.touch(mode=0)
        if os.geteuid() == 0:
            os.chown(file, OTHER, OTHER)
        env = {**KEY_VARIABLES, variable: str(file)}
        done = run_fast("iam-usergetattributes", env=env, before=become)
        said = f"{what} {file} cannot be read: Permission denied; make it a file that you can read"
        assert done == (1, "", f"iam-usergetattributes: {said}\n")


@pytest.mark.parametrize("name", ["~/x", "~bob/x", "$HOME/x", "/home/$USER/x", "${HOME}/x"])
def test_a_name_that_no_shell_has_expanded(name, run_fast, endpoint):
    """As a crontab and quotation marks leave it; doctor says the same."""
    said = f"{name} cannot be read: no shell has expanded this; write the whole path\n"
    for variable, option, what in (
        ("AWS_CREDENTIAL_FILE", "--aws-credential-file", "credential file"),
        ("CLIENT_CONFIG_FILE", "--client-config-file", "client configuration"),
    ):
        line = f"iam-usergetattributes: {what} {said}"
        assert show(run_fast, **{variable: name}) == (1, "", line)
        assert show(run_fast, option, name) == (1, "", line)
        report = run_fast("iamcli", "doctor", "--offline", env={variable: name})
        found = said.replace("; ", f" (from {variable}); " if "credential" in what else "; ")
        assert f" wrong    {what} {found}" in report.out
    assert endpoint.requests == []


def test_order_of_the_credentials(run_fast, endpoint):
    option = write(run_fast, "option", "AWSAccessKeyId=AKOPTION\nAWSSecretKey=x\n")
    variable = write(run_fast, "variable", "AWSAccessKeyId=AKVARIABLE\nAWSSecretKey=x\n")
    write(
        run_fast,
        ".aws/credentials",
        "[default]\naws_access_key_id=AKDEFAULT\naws_secret_access_key=x\n"
        "[other]\naws_access_key_id=AKPROFILE\naws_secret_access_key=x\naws_session_token=T\n"
        "[first]\naws_access_key_id=AKFIRST\naws_secret_access_key=x\n",
    )
    env = {
        "AWS_CREDENTIAL_FILE": str(variable),
        "AWS_ACCESS_KEY_ID": "AKENVIRONMENT",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_PROFILE": "other",
        "AWS_DEFAULT_PROFILE": "first",
    }
    for arguments, gone, expected in (
        (["--aws-credential-file", str(option)], "", "AKOPTION"),
        ([], "", "AKVARIABLE"),
        ([], "AWS_CREDENTIAL_FILE", "AKENVIRONMENT"),
        ([], "AWS_ACCESS_KEY_ID", "AKFIRST"),
        ([], "AWS_DEFAULT_PROFILE", "AKPROFILE"),
        ([], "AWS_PROFILE", "AKDEFAULT"),
    ):
        env |= {gone: ""} if gone else {}
        done = show(run_fast, *arguments, **env)
        assert (done.status, done.err) == (0, "")
        assert signed_by(endpoint)[0] == expected


def test_a_session_token_is_sent(run_fast, endpoint):
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "x"}
    assert show(run_fast, **env, AWS_SESSION_TOKEN="the-token").status == 0
    assert endpoint.requests[-1].headers["x-amz-security-token"] == "the-token"
    assert show(run_fast, **env).status == 0
    assert "x-amz-security-token" not in endpoint.requests[-1].headers


def test_credentials_that_have_expired_are_reported(run_fast, endpoint):
    """The variable that says so can be left from an older key."""
    renewal = (
        "set new values of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and "
        "AWS_CREDENTIAL_EXPIRATION, or unset AWS_CREDENTIAL_EXPIRATION if the key does not expire"
    )
    no_time = "set it to a time such as 2030-12-31T23:59:59Z, or unset it"
    for value, problem in (
        ("2020-01-01T00:00:00Z", f"is 2020-01-01T00:00:00Z, which is in the past; {renewal}"),
        ("2099-01-01T00:00:00", f"is not a time with a time zone: 2099-01-01T00:00:00; {no_time}"),
        ("soon", f"is not a time with a time zone: soon; {no_time}"),
    ):
        env = {**KEY_VARIABLES, "AWS_CREDENTIAL_EXPIRATION": value}
        done = show(run_fast, **env)
        said = f"AWS_CREDENTIAL_EXPIRATION {problem}"
        assert (done.status, done.err) == (1, f"iam-usergetattributes: {said}\n")
        report = doctor(run_fast, "--offline", **env)
        assert (report.wrong, report.said("credentials")) == (["credentials"], said)
        assert report.causes == ([("credentials", "token-expired")] if "past" in said else [])
    assert endpoint.requests == []
    # It is that of the key variables only.
    done = show(run_fast, AWS_CREDENTIAL_EXPIRATION="2020-01-01T00:00:00Z")
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize("sign", ["\r", "\n", "\t", " ", "\x1b[1m", "\x7f", "\u200b", "\u00e9"])
@pytest.mark.parametrize("expires", ["", "2099-01-01T00:00:00Z"])
def test_an_invalid_character_in_a_key_variable(sign, expires, run_fast, endpoint):
    env = {**KEY_VARIABLES, "AWS_SESSION_TOKEN": "the-token"}
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        changed = {variable: f"{env[variable]}{sign}", "AWS_CREDENTIAL_EXPIRATION": expires}
        done = run_fast("iam-usergetattributes", "-d", env={**env, **changed})
        said = f"{variable} contains an invalid character, such as a space or a carriage return; "
        assert_refused(done, said)
        assert env[variable] not in done.err
    assert endpoint.requests == []


@pytest.mark.parametrize("quoted", ['"{}"', "'{}'", '{}"'])
@pytest.mark.parametrize("expires", ["", "2099-01-01T00:00:00Z"])
def test_a_quotation_mark_in_a_key_variable(quoted, expires, run_fast, endpoint):
    """Docker keeps those of an env file."""
    tokens = dict.fromkeys(("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"), "the-token")
    env = {**KEY_VARIABLES, **tokens, "AWS_CREDENTIAL_EXPIRATION": expires}
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", *tokens):
        changed = {**env, variable: quoted.format(env[variable])}
        done = run_fast("iam-usergetattributes", "-d", env=changed)
        said = f"{variable} contains a quotation mark; set it again without this character"
        assert_refused(done, said)
        assert env[variable] not in done.err
        report = doctor(run_fast, "--offline", **changed)
        assert report.wrong == ["credentials"]
        assert report.said("credentials") == said
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "AK"}, "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY"),
        ({}, "no credentials; looked for --aws-credential-file, AWS_CREDENTIAL_FILE, "),
        ({"AWS_PROFILE": "nobody"}, "The config profile (nobody) could not be found"),
        ({"AWS_PROFILE": "quoted"}, f"{OF_CONFIGURATION} contain a quotation mark"),
        ({"AWS_PROFILE": "control"}, f"{OF_CONFIGURATION} contain an invalid character"),
    ],
)
def test_no_key_that_can_be_used(env, said, run_fast, endpoint):
    write(
        run_fast,
        ".aws/credentials",
        f'[quoted]\naws_access_key_id="{KEY_ID}"\naws_secret_access_key=x\n'
        f"[control]\naws_access_key_id={KEY_ID}\naws_secret_access_key=x\n"
        "aws_session_token=the\x1btoken\n",
    )
    done = show(run_fast, AWS_CREDENTIAL_FILE="", **env)
    assert_refused(done, said)
    assert "token" not in done.err
    assert endpoint.requests == []


#: Variables that name a file, an address or a profile.
NAMING = ("CLIENT_CONFIG_FILE", "AWS_IAM_URL", "AWS_PROFILE",
          "AWS_DEFAULT_PROFILE", "AWS_CA_BUNDLE", "AWS_REGION")  # fmt: skip


def test_an_empty_variable_is_as_if_unset(forked, stub):
    emptied = ("env", "-u", "AWS_CREDENTIAL_FILE")
    emptied += tuple(f"{name}=" for name in (*NAMING, "AWS_MAX_ATTEMPTS"))
    done = forked(*emptied, "iam-usergetattributes")
    assert done.status == 1
    assert done.err.startswith("iam-usergetattributes: no credentials; looked for")
    write(forked, ".aws/credentials", "[default]\naws_access_key_id=AK\naws_secret_access_key=x\n")
    endpoint = stub.endpoint(ok("GetUser", USER))
    env = {"AWS_ENDPOINT_URL": endpoint.url}
    done = forked(*emptied, "iam-usergetattributes", "-u", "bob", env=env)
    assert (done.status, done.err) == (0, "")
    assert signed_by(endpoint) == ("AK", "us-east-1")


@pytest.mark.parametrize(
    ("prefix", "strict"), [((), ""), in_full((), "1"), (("iamcli", "run"), "")]
)
def test_a_credential_file_without_a_name_is_an_error(prefix, strict, run, run_fast, stub):
    """A script whose argument is missing must not use the credentials that are at hand."""
    real = stub.endpoint(ok("GetUser", USER))
    keys = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": real.url}
    env = {**keys, "AWS_CREDENTIAL_FILE": "", "IAMCLI_STRICT": strict}
    script = "export AWS_CREDENTIAL_FILE=$1; iam-userdel -u ${2:-tempuser} -r"
    done = run(*prefix, "sh", "-c", script, env=env)
    line = "iam-userdel: AWS_CREDENTIAL_FILE is empty; name a file or unset it\n"
    assert done == (1, line, "" if strict else line)
    assert real.requests == []
    # Without the variable, or with the option, nothing has changed.
    unset = run_fast("iam-usergetattributes", "-u", "bob", env=env)
    assert (unset.status, signed_by(real)[0]) == (0, "AK")
    option = ("--aws-credential-file", str(run.home / "credentials"))
    emptied = ("env", "AWS_CREDENTIAL_FILE=", "iam-usergetattributes", "-u", "bob", *option)
    assert (run(*emptied, env=env).status, signed_by(real)[0]) == (0, KEY_ID)


#: What a tool such as awsume sets.
OTHER_KEY = {"AWS_ACCESS_KEY_ID": "AKOTHER", "AWS_SECRET_ACCESS_KEY": "other"}


@pytest.mark.parametrize(
    ("variables", "options", "named"),
    every(
        2,
        [
            ({"AWS_DEFAULT_PROFILE": "prod"}, "", "AWS_DEFAULT_PROFILE"),
            ({"AWS_PROFILE": "prod"}, "", "AWS_PROFILE"),
            ({"AWS_PROFILE": "prod", "AWS_DEFAULT_PROFILE": "b"}, "", "AWS_DEFAULT_PROFILE"),
            ({"AWS_PROFILE": ""}, "", ""),
            (OTHER_KEY, "", "AWS_ACCESS_KEY_ID"),
            ({**OTHER_KEY, "AWS_PROFILE": "prod"}, "", "AWS_ACCESS_KEY_ID"),
            ({"AWS_ACCESS_KEY_ID": ""}, "", ""),
            # The same key.
            ({"AWS_ACCESS_KEY_ID": KEY_ID}, "", ""),
            ({"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_PROFILE": "prod"}, "", "AWS_PROFILE"),
            # Whoever types the name of the file knows which one is used.
            ({"AWS_PROFILE": "prod"}, "--aws-credential-file {file}", ""),
            (OTHER_KEY, "--aws-credential-file {file}", ""),
        ],
    ),
)
def test_a_terminal_shows_that_another_key_is_not_used(variables, options, named, forked, endpoint):
    file = forked.env["AWS_CREDENTIAL_FILE"]
    command = ("iam-usergetattributes", "-u", "bob", *options.format(file=file).split())
    place = f"which is from {file} (AWS_CREDENTIAL_FILE)"
    said = f"iam-usergetattributes: {named} is not used for the access key, {place}\r\n"
    terminal = Terminal(*command, env={**forked.env, **variables})
    assert terminal.status() == 0
    assert terminal.shown.startswith(said if named else "arn:aws:iam:")
    assert "is not used" not in terminal.shown.removeprefix(said)
    assert signed_by(endpoint)[0] == KEY_ID
    done = forked(*command, env=variables)
    assert (done.status, done.err) == (0, "")


CR = "a carriage return"
DEVICE = "arn:aws:iam::123456789012:mfa/a"
WINDOWS = "remove it, as lines of Windows files end with one"


@pytest.mark.parametrize(
    ("arguments", "option", "what", "where"),
    every(
        4,
        [
            ("iam-userdel|-u|bob\r", "-u", CR, "4 of bob\\x0d)"),
            ("iam-userdel|-u|bob\r|-r", "-u", CR, "4 of bob\\x0d)"),
            ("iam-usercreate|-u|bob|-p|/dev\x7f/\r", "-p", CR, "7 of /dev\\x7f/\\x0d/)"),
            ("iam-usercreate|-u|bob|-p|/dev\r", "-p", CR, "5 of /dev\\x0d/)"),
            # The second of two.
            ("iam-usercreate|-u|bob|-g|dev|-g|ops\r", "-g", CR, "4 of ops\\x0d)"),
            ("iam-usermod|-u|b|-n|\ufeffc", "-n", "a byte order mark", "1 of \\ufeffc)"),
            (
                "iam-userdelkey|-u|b|-k|AKIAIOSFODNN7EXAMPLE\xa0",
                "-k",
                "a no-break space",
                "21 of AKIAIOSFODNN7EXAMPLE\\xa0)",
            ),
            ("iam-groupdel|-g|a\tb", "-g", "a tab", "2 of a\\x09b)"),
            ("iam-groupdel|-g|a\nb", "-g", "a line feed", "2 of a\\x0ab)"),
            ("iam-roledel|-r|\x7f", "-r", "the invisible character U+007F", "1 of "),
            ("iam-roledel|-r|a\u200b", "-r", "the invisible character U+200B", "2 of "),
            ("iam-userlistbypath|-p|/\x01", "-p", "the invisible character U+0001", "2"),
            ("iam-usercreate|-u|bob|-b|arn:aws:iam::aws:policy/A\r", "-b", CR, "26"),
            ("iam-accountaliascreate|-a|al\r", "-a", CR, "3 of al\\x0d)"),
            (f"iam-userdeactivatemfadevice|-u|b|-s|{DEVICE}\r", "-s", CR, "32 of "),
        ],
    ),
)
def test_an_invisible_character_in_a_name_is_named_before_anything_is_sent(
    arguments, option, what, where, run_fast, endpoint
):
    command = arguments.split("|")
    done = run_fast(*command)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"{command[0]}: {option} contains {what} (character {where}")
    assert done.err.endswith(f"); {WINDOWS if what == CR else 'remove it'}\n")
    assert done.err.count("\n") == 1
    assert run_fast(*command, env={"IAMCLI_STRICT": "1"}) == (1, done.err, "")
    explained = run_fast("iamcli", "explain", "--", *command)
    assert (explained.status, explained.err) == (1, f"iamcli: {done.err}")
    assert endpoint.requests == []


#: Characters that the service accepts in such values, and some that it may accept.
ODD = "a\t\r\n\xa0\u2003\u200bb"


@pytest.mark.parametrize(
    ("arguments", "parameter", "value"),
    [
        (("iam-usercreate", "-u", "b", "-p", "/a\x7f/"), "Path", "/a\x7f/"),
        (("iam-userlistbypath", "-p", "/a\x7f"), "PathPrefix", "/a\x7f"),
        (("iam-usercreate", "-u", "b", "-b", "a:p/\x7f/A"), "PermissionsBoundary", "a:p/\x7f/A"),
        (("iam-usercreate", "-u", "b", "-t", f"k={ODD}"), "Tags.member.1.Value", ODD),
        (("iam-userlistbypath", "-m", ODD), "Marker", ODD),
        (("iam-useraddloginprofile", "-u", "b", "-p", ODD), "Password", ODD),
        (
            ("iam-useruploadpolicy", "-u", "b", "-p", "p", "-o", '{"a":\r\n\t"\xa0"}'),
            "PolicyDocument",
            '{"a":\r\n\t"\xa0"}',
        ),
        (("iam-useraddcert", "-u", "b", "-c", "x\r\ny\r\n"), "CertificateBody", "x\r\ny\r\n"),
    ],
)
def test_invisible_characters_that_the_service_may_accept_are_sent(
    arguments, parameter, value, run_fast, stub
):
    endpoint = stub.endpoint(refused("AccessDenied", "No.", 403))
    run_fast(*arguments, env={"AWS_IAM_URL": endpoint.url})
    assert endpoint.requests[0].parameters[parameter] == value


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("AWS_CREDENTIALS_FILE", "AWS_CREDENTIAL_FILE"),
        ("AWS_SHARED_CREDENTIAL_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
        ("AWS_CONFIGS_FILE", "AWS_CONFIG_FILE"),
    ],
)
def test_the_wrong_name_of_a_variable_is_the_cause(name, right, run_fast, endpoint):
    """It is said only if there are no credentials; ``iamcli doctor`` says the same."""
    said = f"no credentials; {name} is set, but the name is {right}"
    env = {"AWS_CREDENTIAL_FILE": "", name: str(run_fast.home / "credentials")}
    assert show(run_fast, **env) == (1, "", f"iam-usergetattributes: {said}\n")
    report = run_fast("iamcli", "doctor", env=env).out
    wrong = next(line for line in report.splitlines() if line.startswith("credentials  wrong "))
    assert wrong.startswith("credentials  wrong    no credentials; looked at ")
    assert wrong.endswith(said.removeprefix("no credentials"))
    assert endpoint.requests == []
    assert show(run_fast, **{name: "x"}).err == ""
    assert show(run_fast, **{**env, name: ""}).err.startswith(
        "iam-usergetattributes: no credentials; looked for"
    )


# The endpoint and the signature.


def test_order_of_the_endpoints(run_fast, stub):
    endpoints = {
        name: stub.endpoint(ok("GetUser", USER)) for name in ("--url", "A", "B", "C", "D", "E")
    }
    write(
        run_fast,
        ".aws/config",
        f"[default]\nendpoint_url={endpoints['E'].url}\nservices=s\n"
        f"[services s]\niam =\n  endpoint_url={endpoints['D'].url}\n",
    )
    run_fast.env |= KEY_VARIABLES
    env = {
        "AWS_IAM_URL": endpoints["A"].url,
        "AWS_ENDPOINT_URL_IAM": endpoints["B"].url,
        "AWS_ENDPOINT_URL": endpoints["C"].url,
    }
    assert show(run_fast, "--url", endpoints["--url"].url, **env).status == 0
    assert len(endpoints["--url"].requests) == 1
    for name, variable in zip("ABCD", [*env, "nothing"], strict=True):
        assert show(run_fast, **env).status == 0
        assert len(endpoints[name].requests) == 1
        env[variable] = ""
    write(run_fast, ".aws/config", f"[default]\nendpoint_url={endpoints['E'].url}\n")
    assert show(run_fast, **env).status == 0
    assert len(endpoints["E"].requests) == 1


@pytest.mark.parametrize("value", ["yes", "1", "false", "all"])
def test_only_true_ignores_the_configured_endpoints(value, run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    env = {"AWS_ENDPOINT_URL": endpoint.url, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": value}
    assert show(run_fast, **env).status == 0
    assert endpoint.operations == ["GetUser"]


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "http://", "https://x:port", "http://ho st", "https://x:99999", "://", "http://u@x",
     "https://x?a=b", "https://a..b", "https://a!b", "https://x:0", "mailto:x", "https://[::1"],
)  # fmt: skip
def test_a_wrong_endpoint(url, run_fast):
    for arguments, env, source in (
        (["--url", url], {}, "--url"),
        ([], {"AWS_IAM_URL": url}, "AWS_IAM_URL"),
    ):
        done = show(run_fast, *arguments, **env)
        assert_refused(done, f"{source} is not an http or https address:")


def test_a_colon_without_a_port_means_the_usual_port(run_fast):
    # Nothing listens on port 80 of this address.
    for path in ("", "/x"):
        env = {"AWS_IAM_URL": f"http://127.5.6.7:{path}", "AWS_MAX_ATTEMPTS": "1"}
        said = f"cannot connect to http://127.5.6.7{path}: Connection refused; check AWS_IAM_URL"
        assert show(run_fast, **env).err == f"iam-usergetattributes: {said}\n"


@pytest.mark.parametrize("url", every(4, WITH_SECRETS))
def test_no_secret_of_an_endpoint_is_shown(url, run_fast):
    arguments = ("iam-usergetattributes", "-d")
    section = f"[default]\nendpoint_url = {url}\n"
    for done, source in (
        (run_fast(*arguments, "--url", url), "--url"),
        (run_fast(*arguments, env={"AWS_IAM_URL": url}), "AWS_IAM_URL"),
        (run_fast(*arguments, env={"AWS_ENDPOINT_URL": url}), "AWS_ENDPOINT_URL"),
        (run_fast(*arguments, env={"AWS_ENDPOINT_URL_IAM": url}), "AWS_ENDPOINT_URL_IAM"),
        (configured(run_fast, section, *arguments), CONFIGURED),
    ):
        assert_refused(done, f"{source} is not an http or https address")
        assert done.err.endswith("; use https://HOST[:PORT]\n")
        assert "passw0rd" not in done.err


# What -d shows of a connection.

MOMENT = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
REQUEST_ID = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"


def debug_lines(done: Done) -> list[str]:
    prefix = "iam-usergetattributes: debug: "
    lines = done.err.splitlines()
    return [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]


def test_debug_shows_each_attempt(run_fast, stub):
    throttled = refused("Throttling", "slow down")
    hurried = throttled._replace(headers={"x-amzn-RequestId": "of-the-header"})
    hurried = hurried._replace(body=hurried.body.replace(b"RequestId", b"Other"), status=503)
    endpoint = stub.endpoint(throttled, hurried, ok("GetUser", USER)._replace(delay=0.05))
    env = {"AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "3"}
    before = datetime.now(timezone.utc)
    done = run_fast("iam-usergetattributes", "-u", "bob", "-d", env=env, before=HASTY)
    assert done.status == 0
    attempts = [line for line in debug_lines(done) if " attempt " in line]
    outcomes = (("400 Throttling", REQUEST_ID), ("503 Throttling", "of-the-header"),
                ("200", REQUEST_ID))  # fmt: skip
    moments = []
    for number, (line, (outcome, request_id)) in enumerate(zip(attempts, outcomes, strict=True), 1):
        found = re.fullmatch(
            rf"({MOMENT}) GetUser attempt {number}: HTTP {outcome} in (\d+) ms, "
            rf"request ID {request_id}",
            line,
        )
        assert found, line
        moments.append(datetime.fromisoformat(found[1].replace("Z", "+00:00")))
        latency = int(found[2])
    assert 50 <= latency < 5000
    assert [*moments] == sorted(moments)
    assert before - timedelta(seconds=1) <= moments[0] <= datetime.now(timezone.utc)


def test_debug_says_that_a_response_has_no_request_id(run_fast, stub):
    answer = ok("GetUser", USER)
    without = answer._replace(body=answer.body.replace(b"RequestId>", b"Other>"))
    env = {"AWS_IAM_URL": stub.endpoint(without).url}
    done = run_fast("iam-usergetattributes", "-u", "bob", "-d", env=env)
    assert done.status == 0
    succeeded = [line for line in debug_lines(done) if " succeeded, " in line]
    assert [line.partition(": ")[0] for line in succeeded] == ["GetUser succeeded, request ID none"]


def test_debug_counts_the_attempts_of_each_request(run_fast, stub):
    page = "<Users/><IsTruncated>true</IsTruncated><Marker>a</Marker>"
    endpoint = stub.endpoint(ok("ListUsers", page), ok("ListUsers", "<Users/>"))
    done = run_fast("iam-userlistbypath", "-d", env={"AWS_IAM_URL": endpoint.url})
    assert done.status == 0
    assert done.err.count(" ListUsers attempt 1: HTTP 200 in ") == 2
    assert done.err.count(": debug: key ") == done.err.count(": debug: endpoint ") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="Linux shows the timers of connections")
@pytest.mark.parametrize(
    ("value", "timer"), [("true", "02"), ("True", "02"), ("yes", "00"), ("false", "00"), ("", "00")]
)
def test_keep_alive_is_as_configured(value, timer, run_fast, stub):
    shown = []

    def look(handler: BaseHTTPRequestHandler) -> None:
        ports = [f":{port:04X}" for port in (handler.client_address[1], handler.server.server_port)]

        def timers() -> list[str]:
            lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()
            rows = [line.split() for line in lines]
            # Another connection from the same port may have ended a short time ago.
            return [row[5][:2] for row in rows if [row[1][-5:], row[2][-5:]] == ports]

        # When everything is acknowledged, only the timer of SO_KEEPALIVE runs. If connections end
        # while the kernel lists them, it can list one twice.
        wait_until(lambda: "01" not in timers())
        shown.extend(set(timers()))

    env = {"AWS_IAM_URL": stub.endpoint(faulty(look)).url, "BOTOCORE_TCP_KEEPALIVE": value}
    show(run_fast, **env, AWS_MAX_ATTEMPTS="1")
    assert shown == [timer]


def test_debug_shows_how_long_an_attempt_takes(run_fast, stub):
    late = ok("ListUsers", "<Users/>")._replace(delay=0.2)
    for answer in (late, faulty(lambda _handler: time.sleep(0.2))):
        url = stub.endpoint(answer).url
        before = time.monotonic()
        env = {"AWS_IAM_URL": url, "AWS_MAX_ATTEMPTS": "1"}
        done = run_fast("iam-userlistbypath", "-d", env=env)
        most = (time.monotonic() - before) * 1000
        shown = re.search(r" attempt 1: .* in (\d+) ms", done.err)
        assert shown
        assert 200 <= int(shown[1]) <= most


def test_debug_shows_an_attempt_without_a_valid_response(run_fast, stub):
    endpoint = stub.endpoint(ok("ListUsers"))
    arguments = ("iam-usergetattributes", "-d")
    for url in (endpoint.url, "http://127.0.0.1:1"):
        done = run_fast(*arguments, env={"AWS_IAM_URL": url, "AWS_MAX_ATTEMPTS": "1"})
        attempts = [line for line in debug_lines(done) if " attempt " in line]
        said = rf"{MOMENT} GetUser attempt 1: no valid response in \d+ ms, request ID none"
        assert len(attempts) == 1
        assert re.fullmatch(said, attempts[0])


def test_debug_shows_where_the_key_and_the_endpoint_come_from(run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    file = run_fast.env["AWS_CREDENTIAL_FILE"]
    key = f"aws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n"
    write(run_fast, "keys", f"[default]\n{key}")
    write(run_fast, "config", f"[default]\nendpoint_url={endpoint.url}\n")
    config = {"AWS_CONFIG_FILE": "config"}
    profile = {"AWS_CREDENTIAL_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": "keys"}
    variable = {"AWS_IAM_URL": endpoint.url}
    token = {"AWS_SESSION_TOKEN": "passw0rd-token"}
    for arguments, env, key, place in (
        ((), variable, f"credential file {file}", "AWS_IAM_URL"),
        (("--url", endpoint.url), {}, f"credential file {file}", "--url"),
        ((), {**KEY_VARIABLES, **variable, **token}, "AWS_ACCESS_KEY_ID", "AWS_IAM_URL"),
        ((), {**profile, **config}, "profile default", CONFIGURED),
        ((), {"AWS_ENDPOINT_URL": endpoint.url}, f"credential file {file}", "AWS_ENDPOINT_URL"),
    ):
        done = run_fast("iam-usergetattributes", "-u", "bob", "-d", *arguments, env=env)
        assert done.status == 0
        assert debug_lines(done)[:2] == [
            f"key {KEY_ID} from {key}",
            f"endpoint {endpoint.url} from {place}, signed for us-east-1",
        ]
        assert SECRET not in done.err
        assert "passw0rd" not in done.err


def test_debug_shows_where_the_proxy_and_the_partition_come_from(run_fast, stub):
    env = {
        "AWS_REGION": "us-gov-east-1",
        "AWS_MAX_ATTEMPTS": "1",
        "HTTPS_PROXY": f"http://me:passw0rd@127.0.0.1:{stub.port}",
    }
    done = run_fast("iam-usergetattributes", "-d", env=env)
    rules = "botocore's rules for us-gov-east-1"
    assert debug_lines(done)[1:3] == [
        f"endpoint https://iam.us-gov.amazonaws.com from {rules}, signed for us-gov-west-1",
        "proxy from HTTPS_PROXY",
    ]
    assert "passw0rd" not in done.err


def test_ignored_variables_are_ignored(run_fast, endpoint):
    done = show(run_fast, AWS_IAM_HOME="/nowhere", JAVA_HOME="/nowhere", AWS_IAM_JVM_OPTS="-Xmx1")
    assert (done.status, done.err) == (0, "")
    assert endpoint.operations == ["GetUser"]


def test_a_service_error_is_one_line(run_fast, stub):
    refusal = refused("NoSuchEntity", "The user with name bob\ncannot be \x9b31mfound.")
    done = show(run_fast, AWS_IAM_URL=stub.endpoint(refusal).url)
    said = "NoSuchEntity: The user with name bob cannot be  31mfound."
    assert done == (1, "", f"iam-usergetattributes: {said}\n")


# Secrets of the chain of credentials.

BASE_SECRET, BASE_TOKEN = "Base/Secret+Key0123456789", "Base-Session-Token/0123456789=="
FROM_ENVIRONMENT, OLDER = "Environment/Token+0123456789", "Older/Token+0123456789"
CHAIN = f"""\
[profile worker]
role_arn = arn:aws:iam::123456789012:role/worker
source_profile = base
region = us-east-1
[profile base]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = {BASE_SECRET}
aws_session_token = {BASE_TOKEN}
[profile program]
credential_process = {{program}}
"""
WEB_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ3ZWIifQ.c2lnbmF0dXJl"
ALL_SECRETS = (BASE_SECRET, BASE_TOKEN, FROM_ENVIRONMENT, OLDER, WEB_TOKEN, "of-the-container")


#: Code that asks the container again at once.
NO_PAUSE = "from botocore.utils import ContainerMetadataFetcher as Asking; Asking.SLEEP_TIME = 0"


@pytest.mark.parametrize("line", ["iam-usergetattributes -d", "iamcli doctor"])
@pytest.mark.parametrize("source", ["role", "program", "web identity", "container"])
def test_no_error_repeats_a_secret_of_the_chain(run_fast, stub, line, source):
    program = run_fast.home / "program"
    told = "; ".join(f"echo 'failed with {secret}' >&2" for secret in ALL_SECRETS[:4])
    program.write_text(f"#!/bin/sh\n{told}\nexit 1\n")
    program.chmod(0o755)
    write(run_fast, "config", CHAIN.format(program=program))
    write(run_fast, "token", WEB_TOKEN)
    message = f"not valid: {' '.join(ALL_SECRETS)}"
    service = stub.endpoint(refused("AccessDenied", message, 403))
    env = {
        "AWS_CREDENTIAL_FILE": "",
        "AWS_CONFIG_FILE": "config",
        "AWS_ENDPOINT_URL": service.url,
        "AWS_SESSION_TOKEN": FROM_ENVIRONMENT,
        "AWS_SECURITY_TOKEN": OLDER,
        "AWS_REGION": "us-east-1",
    }
    env |= {
        "role": {"AWS_PROFILE": "worker"},
        "program": {"AWS_PROFILE": "program"},
        "web identity": {
            "AWS_WEB_IDENTITY_TOKEN_FILE": "token",
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/worker",
        },
        "container": {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "of-the-container",
        },
    }[source]
    done = run_fast(*line.split(), env=env, before=NO_PAUSE)
    assert done.status == 1
    assert "***" in done.out + done.err
    known = {"container": ALL_SECRETS[:4] + ALL_SECRETS[5:], "web identity": ALL_SECRETS[:5]}
    for secret in known.get(source, ALL_SECRETS[:4]):
        assert secret not in done.out + done.err


def test_what_is_no_key_id_is_not_shown(run_fast, stub):
    """It may be a part of a secret."""
    part = SECRET[:-1]
    endpoint = stub.endpoint(refused("InvalidClientTokenId", f"{part} is no key", 403))
    keys = {"AWS_CREDENTIAL_FILE": "", "AWS_ACCESS_KEY_ID": part, "AWS_SECRET_ACCESS_KEY": "other"}
    env = {**keys, "AWS_IAM_URL": endpoint.url, "AWS_ENDPOINT_URL": endpoint.url}
    done = run_fast("iam-usergetattributes", "-d", env=env)
    assert "debug: key *** from AWS_ACCESS_KEY_ID\n" in done.err
    shown = run_fast("iamcli", "doctor", env=env)
    variables = {name: value for name, value in {**run_fast.env, **env}.items() if value}
    terminal = Terminal(BIN / "iam-usergetattributes", env=variables)
    assert terminal.status() == 1
    assert "iam-usergetattributes: access key *** from AWS_ACCESS_KEY_ID " in terminal.shown
    for text in (done.out + done.err, shown.out + shown.err, terminal.shown):
        assert SECRET[:4] not in text


#: Variables beside which AWS_PROFILE has no effect.
PRECEDING = {
    "AWS_CREDENTIAL_FILE": {},
    "AWS_ACCESS_KEY_ID": {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET},
    "AWS_WEB_IDENTITY_TOKEN_FILE": {
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r",
    },
    "AWS_DEFAULT_PROFILE": {"AWS_DEFAULT_PROFILE": "other"},
}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, "--profile dev") for name in PRECEDING),
        # The profile does not exist.
        ("AWS_DEFAULT_PROFILE", ""),
    ],
)
def test_an_advised_profile_signs_the_request(name, options, run, run_fast, terminal, endpoint):
    write(
        run_fast,
        ".aws/credentials",
        "[dev]\naws_access_key_id=AKIADEV\naws_secret_access_key=x\n"
        "[othe]\naws_access_key_id=AKIAOTHER\naws_secret_access_key=x\n",
    )
    run.env |= PRECEDING[name]
    if name != "AWS_CREDENTIAL_FILE":
        del run.env["AWS_CREDENTIAL_FILE"]
    line = f"iam-usergetattributes -u bob {options}"
    assert run_fast(*line.split(), stderr=terminal[1]).status == 1
    shown = "\n".join(rows(read_now(terminal[0]), columns=1000))
    advised = re.search(r"(?:type|with): (env .*)", shown)
    assert advised
    done = run("sh", "-c", advised[1] if options else f"{advised[1]} {line}")
    assert (done.status, signed_by(endpoint)[0]) == (0, "AKIADEV" if options else "AKIAOTHER")


#: Variables and the shared file with which there are no credentials.
WITHOUT = [
    ({}, "[dev]\n[prod]\n"),
    ({}, "[default]\nregion=us-east-1\n[dev]\n"),
    ({"AWS_PROFILE": "dve"}, "[dev]\n[prod]\n"),
    ({"AWS_PROFILE": "none"}, "[dev]\n[prod]\n"),
    ({"AWS_PROFILE": "none"}, ""),
    ({"AWS_PROFILE": "dev"}, "[dev]\n[prod]\n"),
    ({"AWS_PROFILE": "dev"}, "[dev]\ncredential_process=false\n"),
    ({"AWS_PROFILE": "dev"}, "[dev]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=none\n"),
    ({"AWS_CONFIG_FILE": "/etc"}, "[dev]\n"),
]


@pytest.mark.parametrize(("env", "text"), WITHOUT)
def test_commands_and_doctor_advise_the_same(env, text, run_fast, terminal):
    write(run_fast, ".aws/credentials", text)
    run_fast.env |= {"AWS_EC2_METADATA_DISABLED": "true", **env}
    run_fast.env.pop("AWS_CREDENTIAL_FILE", None)
    assert run_fast("iam-usergetattributes", stderr=terminal[1]).status == 1
    shown = rows(read_now(terminal[0]), columns=1000)
    (hint,) = [line.partition(": ")[2] for line in shown[1:] if line]
    assert hint in doctor(run_fast, AWS_IAM_URL="http://127.0.0.1:1").said("credentials")
