"""``iamcli recreate``: every member of a snapshot may be hostile, and is at most text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.copies import DATE
from support.recorded_calls import Recorder
from support.requirements import needs
from support.round import leaves, recreate
from support.selection import every

from iamcli.cli.account_file import schema
from iamcli.errors import is_shown

ACCOUNT = "123456789012"
#: Values of each type that cannot be any text.
OTHERS = {schema.FLAG: True, schema.NUMBER: 1, schema.ACCOUNT: ACCOUNT, schema.DATE: DATE}
#: Texts that make the file ``canary`` in a shell if they are not quoted, or not in a comment.
HOSTILE = (
    "a\ntouch canary\n",
    "a\r\ntouch canary\r\n",
    "a\rtouch canary\r",
    "';touch canary;'",
    '";touch canary;"',
    "$(touch canary)",
    "`touch canary`",
    "a\u2028touch canary\u2028\u200b\u3164\ufe0f",
    "a\x85touch canary\x85\x1b]0;x\x07",
    "a\n#\ntouch canary",
    "\\\ntouch canary\n",
    "a\x0btouch canary\x0c",
    "\ntouch canary #'",
    "=touch canary",
    "-v",
)


def of_type(value_type: Any, text: str) -> Any:
    """Return a value of a type of the schema, with all its members; each text is ``text``."""
    if isinstance(value_type, schema.OrNull):
        return of_type(value_type.value_type, text)
    if isinstance(value_type, list):
        return [of_type(value_type[0], text)]
    if isinstance(value_type, dict):
        return {name.removesuffix("?"): of_type(inner, text) for name, inner in value_type.items()}
    return {text: 1} if value_type == schema.COUNTS else OTHERS.get(value_type, text)


def with_value(snapshot: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Return a copy of ``snapshot`` with another value at a place."""
    copied: dict[str, Any] = json.loads(json.dumps(snapshot))
    holder: Any = copied
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = value
    return copied


def check_comments(script: str) -> None:
    """Check that the beginning of a script is comments, of which everything is shown."""
    for line in script.partition("\nset -eu\n")[0].split("\n"):
        assert line[:1] in ("#", "")
        assert all(map(is_shown, line)), line


ORDINARY = of_type(schema.SNAPSHOT, "x")
PLACES = {".".join(map(str, place)): place for place in leaves(ORDINARY)}


@pytest.mark.parametrize("place", every(25, PLACES))
def test_each_member_may_be_hostile(run_fast, place):
    for text in HOSTILE:
        done = recreate(run_fast, with_value(ORDINARY, PLACES[place], text), "all")
        if done.status == 0:
            check_comments(done.out)
        else:
            assert (done.out, done.err.count("\n")) == ("", 1)
            name = place.replace(".0", "[0]")
            assert f"{name} is not" in done.err or place == "version"


def test_the_account_is_its_number(run_fast):
    for text in (*HOSTILE, "", "1" * 11, "1" * 13, "\u0661" * 12, f"{ACCOUNT}\n", 1):
        done = recreate(run_fast, {**ORDINARY, "account": text}, "all")
        said = "before.json is damaged: account is not an account number of 12 digits"
        assert done == (1, "", f"iamcli: {said}; make a new one with iamcli snapshot\n")
    # An ARN cannot have another one either.
    users = [{**ORDINARY["users"][0], "Arn": f"arn:aws:iam::{text}:user/x"} for text in HOSTILE]
    done = recreate(run_fast, {**ORDINARY, "account": None, "users": users}, "all")
    assert done.status == 1
    assert "does not say of which account it is" in done.err


@pytest.mark.parametrize(
    ("text", "shell"),
    every(20, [(text, shell) for shell in ("dash", "zsh", "ksh93", "mksh") for text in HOSTILE]),
)
@needs("{shell}")
def test_a_snapshot_of_hostile_texts_runs_nothing_else(run_fast, tmp_path, text, shell):
    snapshot = {**of_type(schema.SNAPSHOT, text), "version": 1}
    done = recreate(run_fast, snapshot, "all")
    assert (done.status, done.err) == (0, "")
    check_comments(done.out)
    recorder = Recorder(tmp_path)
    # The password is not typed.
    said = "passwords are typed, but standard input is not a terminal; nothing was changed\n"
    assert recorder.run(shell, done.out) == (1, "", f"recreate: {said}")
    without = {**snapshot, "users": [{**snapshot["users"][0], "LoginProfile": None}]}
    assert recorder.run(shell, recreate(run_fast, without, "all").out) == (0, "", "")
    created = {call.name for call in recorder.calls() if not call.reads}
    assert {"iam-usercreate", "iam-rolecreate", "iam-useraddcert", "iam-usermodcert"} <= created
