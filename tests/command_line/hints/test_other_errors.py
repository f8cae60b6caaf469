"""After other errors, the next step, which depends only on the code and the operation."""

from __future__ import annotations

import pytest

LATER = "wait a minute, and run the command again"
CODES = "-c1 123456 -c2 234567"
NEXT = {
    "Throttling": ("iam-userdel -u bob", f"too many requests were sent in a short time; {LATER}"),
    "ConcurrentModification": (
        "iam-useruploadpolicy -u bob -p p -f policy.json",
        f"another request changes the same entity; {LATER}",
    ),
    "EntityTemporarilyUnmodifiable": (
        "iam-usermodloginprofile -u bob -p longer-than-8",
        f"it was changed recently; {LATER}",
    ),
    "InvalidAuthenticationCode": (
        f"iam-userenablemfadevice -u bob -s 123456789 {CODES}",
        "wait for the next code of the device; -c1 takes that code, and -c2 the one after it",
    ),
    "PasswordPolicyViolation": (
        "iam-useraddloginprofile -u bob -p longer-than-8",
        (
            "for the rules, run: iam-accountgetpasswordpolicy; if there are none, AWS requires 8 "
            "characters, of three of these kinds: upper case, lower case, digits, symbols"
        ),
    ),
    "EntityAlreadyExists": (
        "iam-useraddloginprofile -u bob -p longer-than-8",
        "to change the password, run: iam-usermodloginprofile -u bob -p -",
    ),
}


@pytest.mark.parametrize("code", NEXT)
def test_the_next_step_is_named(code, run, hints):
    (run.home / "policy.json").write_text("{}")
    line, step = NEXT[code]
    assert hints(line, code, "no", AWS_MAX_ATTEMPTS="1") == [step]
