"""A secret in the variable of something else: no output shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support.random_lines import PARTS, SECRETS
from support.selection import every
from support.shell import KEY_ID, ROOT

if TYPE_CHECKING:
    from support.forked import ForkRunner

SOURCES = [*(ROOT / "iamcli").rglob("*.py")]
NAME = r'"((?:AWS|IAMCLI|CLIENT|HTTPS?|NO|BOTOCORE)_[A-Z_]+|HOME|COLUMNS|LANG|PAGER|TERM|TMPDIR)"'
#: Each variable that the source names, also in a new line of it.
VARIABLES = sorted({name for source in SOURCES for name in re.findall(NAME, source.read_text())})
#: Each secret alone and with a line feed, files with a secret key, and the line of a script.
KEY = next(iter(SECRETS))
CONTENTS = {
    **{f"secret {number}": secret for number, secret in enumerate(SECRETS)},
    "line feed": f"{KEY}\n",
    "credential file": f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={KEY}\n",
    "profile": f"[default]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {KEY}\n",
    "export": f"export AWS_SECRET_ACCESS_KEY={KEY}",
}
LINES = {
    "command": "iam-usergetattributes -u bob",
    "debug": "iam-usergetattributes -d",
    "doctor": "iamcli doctor",
    "json": "iamcli doctor --format json",
    "explain": "iamcli explain -- iam-userdel -u bob -r",
    "snapshot": "iamcli snapshot account.json",
}
#: What is set by hand most often.
USUAL = """AWS_CREDENTIAL_FILE AWS_IAM_HOME AWS_IAM_URL AWS_PROFILE AWS_REGION CLIENT_CONFIG_FILE
IAMCLI_TIMEOUT"""
ROWS = [(line, name, what) for line in LINES for name in VARIABLES for what in CONTENTS]
MADE = [(line, name, "credential file") for line in ("command", "doctor") for name in USUAL.split()]


def test_the_variables_are_found():
    assert {*USUAL.split()} < {*VARIABLES}


@pytest.mark.parametrize(("line", "name", "what"), every(40, ROWS, *MADE))
def test_no_output_shows_the_secret(line, name, what, run_fast: ForkRunner):
    once = {"AWS_IAM_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}
    for strict in ("0", "1"):
        env = {**once, "IAMCLI_STRICT": strict, name: CONTENTS[what]}
        done = run_fast(*LINES[line].split(), env=env)
        shown = done.out + done.err
        assert [part for part in PARTS if part in shown] == []
        assert "internal error" not in shown
        if line == "command":
            assert done.status == 1
