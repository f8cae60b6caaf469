"""Passwords of users."""

from __future__ import annotations

from iamcli.config import files
from iamcli.parsing.shared import PASSWORD, USER
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

OLD_PASSWORD = PASSWORD.replace(
    name="-o",
    metavar="OLDPASSWORD",
    dest="old",
    help="the old password; `-` prompts or reads standard input",
    limits="1 to 128 characters",
)
NEW_PASSWORD = PASSWORD.replace(name="-n", metavar="NEWPASSWORD", dest="new")


@command(USER, PASSWORD, creates=True)
def useraddloginprofile(iam: IAM, user: str, password: str) -> None:
    """Create a user's login profile (console password).

    With the password, the user can sign in to the AWS Management Console.
    For people, AWS recommends IAM Identity Center instead; see iam-today(7).
    To change an existing password, use iam-usermodloginprofile(1).

    Does: creates the login profile of a user, so that the user can sign in with a password.
    Notes: To type the password twice at a prompt without echo, specify `-` as the password:

    $ iam-useraddloginprofile -u bob -p -
    Warning: Other users can see a password on the command line in the process list, and the shell
    keeps it in its history; use `-p -` to avoid both.
    Output: Nothing.
    Differs: The original used `-` itself as the password.
    Example: Read the password from the first line of a file.
      $ iam-useraddloginprofile -u bob -p - < password.txt
    Calls: CreateLoginProfile
    """
    secret = files.secret(password, "Password", new=True)
    iam.call("CreateLoginProfile", UserName=user, Password=secret)


@command(USER, PASSWORD)
def usermodloginprofile(iam: IAM, user: str, password: str) -> None:
    """Change a user's login profile (console password).

    The user must already have a password; create the first one with iam-useraddloginprofile(1).
    To change your own password, use iam-userchangepassword(1).
    The password of the root user can be changed only in the AWS Management Console.

    Does: replaces the password of a user with a new one.
    Warning: Other users can see a password on the command line in the process list, and the shell
    keeps it in its history; use `-p -` to avoid both.
    Output: Nothing.
    Differs: The original used `-` itself as the password.
    Example: Change a user's password to the first line of a file.
      $ iam-usermodloginprofile -u bob -p - < password.txt
    Calls: UpdateLoginProfile
    """
    secret = files.secret(password, "Password", new=True)
    iam.call("UpdateLoginProfile", UserName=user, Password=secret)


@command(USER)
def userdelloginprofile(iam: IAM, user: str) -> None:
    """Delete a user's login profile (console password).

    The user can no longer sign in to the AWS Management Console.
    The user's access keys still work; deactivate them with iam-usermodkey(1) or delete them with
    iam-userdelkey(1).

    Does: removes the password of a user.
    Output: Nothing.
    Example: Delete a user's password.
      $ iam-userdelloginprofile -u bob
    Calls: DeleteLoginProfile
    """
    iam.call("DeleteLoginProfile", UserName=user)


@command(USER)
def usergetloginprofile(iam: IAM, user: str) -> Lines:
    """Show whether a user has a login profile (console password).

    If the user has no password, the service returns the error `NoSuchEntity`, and the exit status
    is 1.

    Does: prints a line if the user has a password; the password itself is never shown.
    Output: `Login Profile Exists for User`, a space and the user's name.
    Example: Find out whether a user has a password.
      $ iam-usergetloginprofile -u bob
    Calls: GetLoginProfile
    """
    profile = iam.call("GetLoginProfile", UserName=user)["LoginProfile"]
    yield f"Login Profile Exists for User {profile['UserName']}"


@command(OLD_PASSWORD, NEW_PASSWORD)
def userchangepassword(iam: IAM, old: str, new: str) -> None:
    """Change your own password.

    The command changes the password of the user whose access key signs the request.
    The command does not change the password of the root user.
    To change another user's password, use iam-usermodloginprofile(1).
    You need permission to change your password, from a policy or from the account's password policy
    (option -a of iam-accountmodpasswordpolicy(1)).

    If -o and -n are both `-`, the first line of standard input is the current password, and the
    second line is the new one.

    Does: replaces your password with a new one, if the old one is correct.
    Warning: Other users can see a password on the command line in the process list, and the shell
    keeps it in its history; use `-` in place of the passwords to avoid both.
    Output: Nothing.
    Differs: The original used `-` itself as the password.
    Example: Read the current password and the new one from two lines of a file.
      $ iam-userchangepassword -o - -n - < passwords.txt
    Calls: ChangePassword
    """
    old = files.secret(old, "Old password")
    new = files.secret(new, "New password", new=True)
    iam.call("ChangePassword", OldPassword=old, NewPassword=new)
