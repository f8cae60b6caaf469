"""Login profiles, the password of the caller, and the account's password policy."""

from __future__ import annotations

from moto.core.utils import camelcase_to_underscores, utcnow

from iamcli.cli.sandbox.corrections.caller import caller, shown_name
from iamcli.cli.sandbox.corrections.protocol import Backend, Request, Result, operation
from iamcli.cli.sandbox.rules.passwords import used_passwords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: The rules of a password policy, in the order of moto's arguments, with their defaults.
_POLICY = {
    "AllowUsersToChangePassword": False,
    "HardExpiry": None,
    "MaxPasswordAge": 0,
    "MinimumPasswordLength": 6,
    "PasswordReusePrevention": 0,
    "RequireLowercaseCharacters": False,
    "RequireNumbers": False,
    "RequireSymbols": False,
    "RequireUppercaseCharacters": False,
}


def login_profile(user: Any) -> Result:
    """Return the login profile of a user who has a password; moto shows the date of the user.

    Source: API reference, LoginProfile.
    """
    return {
        "UserName": shown_name(user.name),
        "CreateDate": user.login_profile_date,
        "PasswordResetRequired": bool(user.password_reset_required),
    }


@operation("CreateLoginProfile")
def create_login_profile(iam: Backend, request: Request) -> Result:
    """Date the login profile, and take ``PasswordResetRequired``, which moto ignores.

    Source: API reference, CreateLoginProfile.
    """
    user: Any = iam.get_user(request.get("UserName"))
    iam.create_login_profile(user.name, request.get("Password"))
    user.login_profile_date = utcnow()
    user.password_reset_required = request.get("PasswordResetRequired", False)
    return {"LoginProfile": login_profile(user)}


@operation("GetLoginProfile")
def get_login_profile(iam: Backend, request: Request) -> Result:
    """Without a user name, show that of the caller. Source: API reference, GetLoginProfile."""
    return {"LoginProfile": login_profile(iam.get_user(request.get("UserName")))}


@operation("UpdateLoginProfile")
def update_login_profile(iam: Backend, request: Request) -> None:
    """Keep the password and the flag if they are not given; moto removes them.

    Source: API reference, UpdateLoginProfile: both are optional; recorded.
    """
    user: Any = iam.get_user(request.get("UserName"))
    user.earlier_passwords = used_passwords(user)
    iam.update_login_profile(
        user.name,
        request.get("Password", user.password),
        request.get("PasswordResetRequired", user.password_reset_required),
    )


@operation("ChangePassword")
def change_password(iam: Backend, request: Request) -> None:
    """Change the caller's password, which moto cannot. Source: API reference, ChangePassword."""
    user = caller(iam, request.access_key)
    policy = iam.account_password_policy
    if policy and policy.password_reuse_prevention:
        user.earlier_passwords = used_passwords(user)
    iam.update_login_profile(user.name, request.get("NewPassword"), False)  # noqa: FBT003 - moto's


@operation("UpdateAccountPasswordPolicy")
def update_account_password_policy(iam: Backend, request: Request) -> None:
    """Remember what was not given. Source: API reference, UpdateAccountPasswordPolicy."""
    set_password_policy(iam, request.parameters)


def set_password_policy(iam: Any, record: Mapping[str, Any]) -> None:
    """Set the password policy to what a request, or a snapshot, has; the rest to its default."""
    iam.update_account_password_policy(
        *(record.get(rule, default) for rule, default in _POLICY.items())
    )


@operation("GetAccountPasswordPolicy")
def get_account_password_policy(iam: Backend, _request: Request) -> Result:
    """Leave out what was not given. Source: recorded for GetAccountPasswordPolicy."""
    return {"PasswordPolicy": shown_policy(iam.get_account_password_policy())}


def shown_policy(policy: Any) -> Result:
    """Return the password policy as responses show it."""
    shown = {rule: getattr(policy, camelcase_to_underscores(rule)) for rule in _POLICY}
    return {
        **shown,
        "ExpirePasswords": policy.expire_passwords,
        "MaxPasswordAge": policy.max_password_age or None,
        "PasswordReusePrevention": policy.password_reuse_prevention or None,
    }
