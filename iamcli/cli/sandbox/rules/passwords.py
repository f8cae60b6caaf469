"""PasswordPolicyViolation: passwords conform to the account's password policy, if it has one."""

from __future__ import annotations

import hashlib
import re

from iamcli.cli.sandbox.refusals import Refusal
from iamcli.cli.sandbox.rules.entity_types import USER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.iam.models import AccountPasswordPolicy, User

    from iamcli.cli.sandbox.rules.entity_types import Backend, Parameters

#: What each policy requires at least one of, and how IAM calls it.
REQUIRED = (
    ("require_uppercase_characters", re.compile("[A-Z]"), "uppercase letter"),
    ("require_lowercase_characters", re.compile("[a-z]"), "lowercase letter"),
    ("require_numbers", re.compile("[0-9]"), "number"),
    ("require_symbols", re.compile(r"[!@#$%^&*()_+\-=\[\]{}|']"), "symbol"),
)


def password_conforms(backend: Backend, parameters: Parameters) -> None:
    """A password must conform to the account's password policy; without one, any is accepted.

    Evidence: the API reference (UpdateAccountPasswordPolicy); recorded for a short one
    (CreateLoginProfile); reported for letters and symbols, which are listed with commas.
    """
    password = parameters.get("NewPassword", parameters.get("Password"))
    policy = backend.account_password_policy
    if policy and password is not None:
        violations = list(_violations(policy, password))
        if violations:
            raise Refusal("PasswordPolicyViolation", ", ".join(violations))


def password_is_new(backend: Backend, parameters: Parameters) -> None:
    """A user cannot choose one of the last passwords again, if the policy prevents it.

    Evidence: the API reference (PasswordReusePrevention); the wording is like that of the others.
    """
    policy = backend.account_password_policy
    if not policy or not policy.password_reuse_prevention:
        return
    latest = used_passwords(USER.find(backend, parameters))[-policy.password_reuse_prevention :]
    if _hash(parameters["NewPassword"]) in latest:
        raise Refusal("PasswordPolicyViolation", "Password should not be one of the last passwords")


def used_passwords(user: User) -> list[bytes]:
    """Return the passwords that a user has had and has, as hashes, the latest last.

    A correction sets them as an attribute of the user, which ``iamcli sandbox --keep`` saves.
    """
    earlier: list[bytes] = vars(user).get("earlier_passwords", [])
    present = _hash(user.password or "")
    return earlier if earlier[-1:] == [present] else [*earlier, present]


def _violations(policy: AccountPasswordPolicy, password: str) -> Iterator[str]:
    if len(password) < (policy.minimum_password_length or 0):
        yield f"Password should have a minimum length of {policy.minimum_password_length}"
    for attribute, pattern, text in REQUIRED:
        if getattr(policy, attribute) and not pattern.search(password):
            yield f"Password should have at least one {text}"


def _hash(password: str) -> bytes:
    return hashlib.sha256(password.encode()).digest()
