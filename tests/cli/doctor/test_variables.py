"""``iamcli doctor``: what it finds in the variables of the environment."""

from __future__ import annotations

import os
import re

import pytest
from support.doctor import shown
from support.shell import ROOT

from iamcli.cli.doctor import variables
from iamcli.errors import Failure

# ruff: noqa: SLF001 - the parts of the program

RETURN = (
    " a carriage return, as lines of Windows files end with it; remove it from the script that "
    "sets the variable: sed -i 's/\\r$//' SCRIPT"
)
PROXY = "-Xmx1g -Dhttp.proxyPort=80 -Dhttp.proxyHost=proxy"
UNUSED_PROXY = "the proxy in AWS_IAM_JVM_OPTS is not used"
MISSPELLED = "AWS_CREDENTIALS_FILE is set, but the name is AWS_CREDENTIAL_FILE"
UNSET = "is set but empty, which counts as not set"
TOO_FEW = Failure("AWS_MAX_ATTEMPTS: 0; use a whole number")


@pytest.mark.parametrize(
    ("env", "options", "diagnosis"),
    [
        ({}, {}, "ok: no variable is set"),
        (
            {"AWS_REGION": "x", "AWS_PROFILE": "y", "AWS_CA_BUNDLE": ""},
            {"reported": ("AWS_CA_BUNDLE",)},
            "ok: set: AWS_PROFILE, AWS_REGION",
        ),
        ({"IAMCLI_STRICT": "1"}, {}, "ok: set: IAMCLI_STRICT=1"),
        ({"AWS_REGION": "x\r"}, {}, f"warning (carriage-return): AWS_REGION contains{RETURN}"),
        (
            {"AWS_REGION": "x\r", "AWS_IAM_URL": "\r"},
            {"stopping": True},
            f"wrong (carriage-return): AWS_IAM_URL and AWS_REGION contain{RETURN}",
        ),
        (
            {"IAMCLI_TIMEOUT": "1\r"},
            {"failure": TOO_FEW},
            f"wrong (carriage-return): IAMCLI_TIMEOUT contains{RETURN}",
        ),
        (
            {"AWS_REGION": "x\r"},
            {"failure": TOO_FEW},
            f"warning (carriage-return): AWS_REGION contains{RETURN}",
        ),
        # Nothing that a command needs.
        ({"AWS_IAM_HOME": "x\r"}, {}, f"warning (carriage-return): AWS_IAM_HOME contains{RETURN}"),
        ({}, {"failure": TOO_FEW}, f"wrong: {TOO_FEW!s}"),
        (
            {"AWS_DEFAULTS_MODE": "standard", "AWS_REGION": "x", "EC2_ANY": "x", "EC2_URL": ""},
            {},
            "ok: set: AWS_REGION; not used: AWS_DEFAULTS_MODE, EC2_ANY",
        ),
        (
            {"JAVA_HOME": "x", "AWS_IAM_JVM_OPTS": "-Xmx1g -Dnetworkaddress.cache.ttl=9"},
            {},
            "ok: no variable is set; not used: AWS_IAM_JVM_OPTS, JAVA_HOME",
        ),
        (
            {"JAVA_HOME": "x", "AWS_REGION": "", "AWS_PROFILE": ""},
            {},
            (
                f"warning (empty-variable): AWS_PROFILE {UNSET}; AWS_REGION {UNSET}; "
                "run: unset AWS_PROFILE AWS_REGION"
            ),
        ),
        (
            {"AWS_CREDENTIALS_FILE": "x", "AWS_IAM_JVM_OPTS": PROXY, "AWS_REGION": ""},
            {},
            (
                f"warning (old-variable): {MISSPELLED}; {UNUSED_PROXY}; AWS_REGION {UNSET}; "
                "correct the name; set HTTPS_PROXY; run: unset AWS_REGION"
            ),
        ),
        (
            {"AWS_IAM_JVM_OPTS": PROXY},
            {},
            f"warning (old-variable): {UNUSED_PROXY}; set HTTPS_PROXY",
        ),
        (
            {"AWS_IAM_JVM_OPTS": PROXY, "https_proxy": "http://proxy"},
            {},
            "ok: set: https_proxy; not used: AWS_IAM_JVM_OPTS",
        ),
        (
            {"AWS_CREDENTIALS_FILE": "x", "AWS_CREDENTIAL_FILE": "x"},
            {},
            f"warning (old-variable): {MISSPELLED}; correct the name",
        ),
        (
            {"AWS_SHARED_CREDENTIAL_FILE": "x"},
            {},
            (
                "warning (old-variable): AWS_SHARED_CREDENTIAL_FILE is set, but the name is "
                "AWS_SHARED_CREDENTIALS_FILE; correct the name"
            ),
        ),
        (
            {"AWS_CREDENTIALS_FILE": "x"},
            {"reported": ("AWS_CREDENTIALS_FILE",)},
            "ok: no variable is set",
        ),
        (
            {"CLIENT_CONFIG_FILE": "", "https_proxy": "", "NO_PROXY": ""},
            {},
            f"warning (empty-variable): CLIENT_CONFIG_FILE {UNSET}; run: unset CLIENT_CONFIG_FILE",
        ),
    ],
)
def test_the_environment(env, options, diagnosis, environ):
    for name, value in env.items():
        environ.setenv(name, value)
    given = {"failure": None, "reported": (), "stopping": False, **options}
    failure, reported = given.pop("failure"), given.pop("reported")
    assert shown(variables.check(failure, reported, **given)) == diagnosis


#: Variables that the page summarizes.
OTHERS = (
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "https_proxy",
    "http_proxy",
    "no_proxy",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "IAMCLI_COMPLETE",
    "IAMCLI_STRICT",
    "IAMCLI_TIMEOUT",
    "CLIENT_CONFIG_FILE",
)


def test_each_variable_that_the_manual_names_is_looked_at(environ):
    page = (ROOT / "man" / "iam-toolkit.7").read_text()
    lines = re.findall(r"^\.It Ev (.*)$", page, re.MULTILINE)
    named = {name for line in lines for name in re.findall(r"AWS_\w+|HTTPS?_PROXY", line)}
    assert len(named) > 20
    missed = []
    for name in sorted((named | {*OTHERS}) - {"AWS_CREDENTIALS_FILE"}):
        environ.setenv(name, "x\r")
        found = variables.check(None, (), stopping=False)
        if name not in found.found or (
            found.result == "ok" and not name.startswith(variables.OF_OTHERS)
        ):
            missed.append(name)
        environ.delenv(name)
    assert missed == []


CONTAINER = "so that a container is asked for credentials"


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("AWS_SHARED_CREDENTIALS_FILE", "so that no shared file of credentials is read"),
        ("AWS_CONFIG_FILE", "so that no file of the AWS configuration is read"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", CONTAINER),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", CONTAINER),
        ("AWS_PROFILE", "which counts as not set"),
    ],
)
def test_the_effect_of_an_empty_variable(name, effect, environ):
    environ.setenv(name, "")
    text = f"{name} is set but empty, {effect}; run: unset {name}"
    found = variables.check(None, (), stopping=False)
    assert shown(found) == f"warning (empty-variable): {text}"
    assert variables.check(None, (name,), stopping=False).result == "ok"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["other.py"], None),
        (["abc.py"], "abc"),
        (["json", "other.py", "ast.py"], "ast, json"),
        (["json", "enum.py", "ast.py"], "ast, enum, json"),
        (["json", "enum.py", "ast.py", "abc.pyc"], "abc, ast, enum, ..."),
    ],
)
def test_modules_that_hide_those_of_python(names, said, environ, tmp_path):
    for name in names:
        (tmp_path / name).touch()
    environ.setenv("PYTHONPATH", os.pathsep.join(["", f"{tmp_path}/absent", str(tmp_path)]))
    found = variables._hidden_modules()
    start = f"PYTHONPATH has {tmp_path}, which can hide modules of Python: "
    assert (found.found.removeprefix(start) if found else None) == said
