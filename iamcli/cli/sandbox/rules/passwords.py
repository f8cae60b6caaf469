"""PasswordPolicyViolation: passwords conform to the account's password policy, if it has one."""

from __future__ import annotations

import hashlib
import re

from iamcli.cli.sandbox.refusals import Refusal

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
    user = backend.users.get(parameters.get("UserName", ""))
    policy = backend.account_password_policy
    if not user or not policy or not policy.password_reuse_prevention:
        return
    remember_password(backend, parameters)
    latest = _earlier(user)[-policy.password_reuse_prevention :]
    if _hash(parameters["NewPassword"]) in latest:
        raise Refusal("PasswordPolicyViolation", "Password should not be one of the last passwords")


def remember_password(backend: Backend, parameters: Parameters) -> None:
    """Remember a password before it changes, for ``password_is_new``; never refuse anything."""
    user = backend.users.get(parameters.get("UserName", ""))
    if user and user.password:
        earlier = _earlier(user)
        if earlier[-1:] != [_hash(user.password)]:
            earlier.append(_hash(user.password))


def _violations(policy: AccountPasswordPolicy, password: str) -> Iterator[str]:
    if len(password) < (policy.minimum_password_length or 0):
        yield f"Password should have a minimum length of {policy.minimum_password_length}"
    for attribute, pattern, text in REQUIRED:
        if getattr(policy, attribute) and not pattern.search(password):
            yield f"Password should have at least one {text}"


def _earlier(user: User) -> list[bytes]:
    """Return the passwords that a user has had, as hashes, the latest last.

    They are an attribute of the user, which ``iamcli sandbox --keep`` saves.
    """
    passwords: list[bytes] = vars(user).setdefault("earlier_passwords", [])
    return passwords


def _hash(password: str) -> bytes:
    return hashlib.sha256(password.encode()).digest()
