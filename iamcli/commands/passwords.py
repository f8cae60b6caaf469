"""Passwords."""

from __future__ import annotations

from iamcli.config import files
from iamcli.parsing.shared import PASSWORD, USER
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

OLD_PASSWORD = PASSWORD.replace(
    name="-o",
    metavar="OLDPASSWORD",
    dest="old",
    help="the password of today; - reads it from standard input, or asks on a terminal",
)
NEW_PASSWORD = PASSWORD.replace(
    name="-n",
    metavar="NEWPASSWORD",
    dest="new",
    help="the new password; - reads it from standard input, or asks on a terminal",
)


@command("iam-useraddloginprofile", USER, PASSWORD)
def useraddloginprofile(iam: IAM, user: str, password: str) -> Lines:
    """Give a user a password.

    A user with a password, which the service calls a login profile, may sign in to the AWS
    Management
    Console.
    A password on the command line is seen by everybody who lists processes, and kept by the shell;
    `-p -` avoids both.

    Output: Nothing.
    Differs: The original took `-` for the password.
    Example: Give a password on the command line.
      $ iam-useraddloginprofile -u bob -p somePassword
    Example: Give a password where nobody sees it.
      $ echo somePassword | iam-useraddloginprofile -u susan -p -
    Calls: CreateLoginProfile
    """
    secret = files.secret(password, "Password")
    iam.call("CreateLoginProfile", UserName=user, Password=secret)
    yield from ()


@command("iam-usermodloginprofile", USER, PASSWORD)
def usermodloginprofile(iam: IAM, user: str, password: str) -> Lines:
    """Change a user's password.

    The user must have one already, see iam-useraddloginprofile(1).
    A password on the command line is seen by everybody who lists processes, and kept by the shell;
    `-p -` avoids both.

    Output: Nothing.
    Differs: The original took `-` for the password.
    Example: Change a password.
      $ iam-usermodloginprofile -u bob -p otherPassword
    Calls: UpdateLoginProfile
    """
    secret = files.secret(password, "Password")
    iam.call("UpdateLoginProfile", UserName=user, Password=secret)
    yield from ()


@command("iam-userdelloginprofile", USER)
def userdelloginprofile(iam: IAM, user: str) -> Lines:
    """Take a user's password away.

    The user cannot sign in any more.
    Access keys go on working, see iam-usermodkey(1) and iam-userdelkey(1).

    Output: Nothing.
    Example: Take a password away.
      $ iam-userdelloginprofile -u bob
    Calls: DeleteLoginProfile
    """
    iam.call("DeleteLoginProfile", UserName=user)
    yield from ()


@command("iam-usergetloginprofile", USER)
def usergetloginprofile(iam: IAM, user: str) -> Lines:
    """Tell whether a user has a password.

    Where there is none the service answers `NoSuchEntity`, and the exit status is 1.

    Output: `Login Profile Exists for User` and the user's name.
    Example: See whether a user has a password.
      $ iam-usergetloginprofile -u bob
    Calls: GetLoginProfile
    """
    profile = iam.call("GetLoginProfile", UserName=user)["LoginProfile"]
    yield f"Login Profile Exists for User {profile['UserName']}"


@command("iam-userchangepassword", OLD_PASSWORD, NEW_PASSWORD)
def userchangepassword(iam: IAM, old: str, new: str) -> Lines:
    """Change your own password.

    It changes the password of the user whose access key signs the request; for another user's see
    iam-usermodloginprofile(1).
    Users need permission for it, from a policy or from iam-accountmodpasswordpolicy(1).
    A password on the command line is seen by everybody who lists processes, and kept by the shell;
    `-` avoids both.
    Where both passwords are `-`, the first line of standard input is the old one, the second the
    new one.

    Output: Nothing.
    Differs: The original took `-` for the password.
    Example: Change your password.
      $ iam-userchangepassword -o somePassword -n otherPassword
    Calls: ChangePassword
    """
    old = files.secret(old, "Old password")
    new = files.secret(new, "New password")
    iam.call("ChangePassword", OldPassword=old, NewPassword=new)
    yield from ()
