"""``iamcli explain``: its requests, permissions and ``aws`` commands are those of the command."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from support import populated, resettable
from support.certificates import public_key, self_signed
from support.clients import encoded
from support.legacy_requests import FILES, READ_FIRST, REFUSED, ROWS, arguments_of, expected, listed
from support.requirements import PATH
from support.selection import every
from support.shell import BIN, TESTS
from support.snapshot import TRUST, saved
from support.stub import ok, refused
from support.terminal import Terminal

from iamcli.cli import index
from iamcli.cli.explain.answers import Answers
from iamcli.cli.explain.permissions import resource_type
from iamcli.client.model import full_model

if TYPE_CHECKING:
    from pathlib import Path

    from support.forked import ForkRunner
    from support.shell import Shell

POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DEVICE = "arn:aws:iam::123456789012:mfa/held"
#: The resources of the user u, of the instance profile, and of the user whose access key signs.
USER = ["user/u", "user/*/u"]
PROFILE = ["instance-profile/ip", "instance-profile/*/ip"]
CALLER = ["user/${aws:username}", "user/*/${aws:username}"]

#: Rows that are refused where they are explained, too.
REFUSED_HERE = {
    line: text
    for line, text in REFUSED.items()
    # Whether the standard output of the command will be a terminal is not known.
    if "-b QRCodePNG" not in line and line != "iam-groupdel -g g -p"
}
PAGES = "for each page of the list"
DENIED = "the command goes on if access is denied"
SKIPPED = f"{PAGES}; {DENIED} or the server lacks the operation"
GOES_ON = "always; the command goes on if there is none"
NO_POLICY = f"{GOES_ON} or access is denied"
NO_PROFILE = f"{GOES_ON}, access is denied or the server lacks the operation"
#: Command lines of several requests, with each request that is sent and when.
COMPOSITE = {
    "iam-usercreate -u new -p /x/ -g g -k -t a=b": [
        ("GetGroup", f"always; {DENIED}"),
        ("CreateUser", "always"),
        ("AddUserToGroup", "always"),
        ("CreateAccessKey", "always"),
    ],
    "iam-userdel -u u -r": [
        ("ListAccessKeys", PAGES),
        ("ListUserPolicies", PAGES),
        ("ListSigningCertificates", PAGES),
        ("ListGroupsForUser", PAGES),
        ("GetLoginProfile", NO_PROFILE),
        ("ListMFADevices", SKIPPED),
        ("ListSSHPublicKeys", SKIPPED),
        ("ListServiceSpecificCredentials", SKIPPED),
        ("ListAttachedUserPolicies", SKIPPED),
        ("DeleteAccessKey", "for each access key"),
        ("DeleteUserPolicy", "for each inline policy"),
        ("DeleteSigningCertificate", "for each signing certificate"),
        ("RemoveUserFromGroup", "for each group"),
        ("DeleteLoginProfile", "if there is a login profile"),
        ("DeactivateMFADevice", "for each MFA device"),
        ("DeleteVirtualMFADevice", f"for each virtual MFA device; {DENIED}"),
        ("DeleteSSHPublicKey", "for each SSH public key"),
        ("DeleteServiceSpecificCredential", "for each service-specific credential"),
        ("DetachUserPolicy", "for each attached policy"),
        ("DeleteUser", "always"),
    ],
    "iam-roledel -r ro -c": [
        ("ListInstanceProfilesForRole", PAGES),
        ("ListRolePolicies", PAGES),
        ("ListAttachedRolePolicies", SKIPPED),
        ("RemoveRoleFromInstanceProfile", "for each instance profile"),
        ("DeleteRolePolicy", "for each inline policy"),
        ("DetachRolePolicy", "for each attached policy"),
        ("DeleteRole", "always"),
    ],
    "iam-instanceprofiledel -s ip -r": [
        ("GetInstanceProfile", "always"),
        ("RemoveRoleFromInstanceProfile", "for each role"),
        ("DeleteInstanceProfile", "always"),
    ],
    "iam-accountmodpasswordpolicy -a -l -n": [
        ("GetAccountPasswordPolicy", NO_POLICY),
        ("UpdateAccountPasswordPolicy", "always"),
    ],
    "iam-userlistkeys -u u -l": [
        ("ListAccessKeys", PAGES),
        (
            "GetAccessKeyLastUsed",
            f"for each access key; {DENIED} or the server lacks the operation",
        ),
    ],
    "iam-userlistpolicies -u u -v": [
        ("ListUserPolicies", PAGES),
        ("GetUserPolicy", "for each inline policy"),
    ],
}


@pytest.fixture
def explain(run_fast: ForkRunner) -> ForkRunner:
    """Run ``iamcli`` in a folder with the files that the rows name."""
    for name, content in FILES.items():
        (run_fast.home / name).write_text(content)
    return run_fast


def explained(run: ForkRunner | Shell, line: str) -> dict[str, Any]:
    """Return the explanation of a command line as JSON."""
    done = run("iamcli", "explain", "--format", "json", "--", *arguments_of(line))
    assert (done.status, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    return found


# The requests.


@pytest.mark.parametrize("row", every(3, ROWS), ids=lambda row: row[0])
def test_the_first_request_of_every_row(row, explain):
    line, operation, parameters = row
    if line in REFUSED_HERE:
        done = explain("iamcli", "explain", "--", *arguments_of(line))
        assert (done.status, done.out) == (1, "")
        assert REFUSED_HERE[line] in done.err
        return
    found = explained(explain, line)
    requests = found["requests"]
    if line == "iam-groupdel -g g -p":
        assert (requests, found["permissions"], found["aws"]) == ([], [], [])
        return
    if line in READ_FIRST:
        assert requests[0]["operation"] == READ_FIRST[line]
        requests = requests[1:]
    given = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in requests[0]["parameters"].items()
    }
    wanted = expected(line, parameters)
    if "PrivateKey" in given:
        # A private key is not shown.
        assert given["PrivateKey"] == "contents of key.pem"
        wanted = [entry for entry in wanted if not entry.startswith("PrivateKey")]
        del given["PrivateKey"]
    kept = {"MaxPasswordAge", "PasswordReusePrevention", "HardExpiry"}
    given = {name: value for name, value in given.items() if name not in kept}
    assert requests[0]["operation"] == operation
    assert listed(given) == wanted
    # aws has the same model.
    members = full_model().operation_model(operation).input_shape
    required = {*members.required_members} if members else set()
    assert bool(found["aws"]) == (required <= {*requests[0]["parameters"]})


def test_nothing_is_sent_and_nothing_is_written(run_fast, stub):
    endpoint = stub.endpoint(refused("Recorded"))
    before = sorted(run_fast.home.iterdir())
    for line in (
        "iam-userdel -u u -r",
        "iam-virtualmfadevicecreate -s dev -b Base32String -o out.txt",
        "iam-useraddkey",
        "iam-useraddkey -o out.key",
        "iam-usercreate -u new -k -v -o out.key",
    ):
        env = {"AWS_IAM_URL": endpoint.url, "AWS_CREDENTIAL_FILE": ""}
        done = run_fast("iamcli", "explain", "--", *line.split(), env=env, stdin="")
        assert (done.status, done.err) == (0, "")
    assert endpoint.requests == []
    assert sorted(run_fast.home.iterdir()) == before


@pytest.mark.parametrize(("option", "what"), [("-h", "help"), ("--version", "version")])
def test_what_sends_no_request(option, what, run_fast):
    text = f"Print the {what} of the command.\n\nIt sends no request.\n"
    assert run_fast("iamcli", "explain", "--", "iam-userdel", option) == (0, text, "")


def test_a_value_of_several_lines_is_shown_on_one(run_fast):
    words = ["iam-useruploadpolicy", "-u", "u", "-p", "p", "-o", '{"Statement":\n[]}']
    done = run_fast("iamcli", "explain", "--", *words)
    assert '       PolicyDocument: "{\\"Statement\\":\\n[]}"\n' in done.out


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_policy_file_of_one_line_is_shown_as_it_is(end, run_fast):
    (run_fast.home / "policy").write_text(f'{{"Statement":[]}}{end}')
    words = ["iam-useruploadpolicy", "-u", "u", "-p", "p", "-f", "policy"]
    done = run_fast("iamcli", "explain", "--", *words)
    assert '       PolicyDocument: {"Statement":[]}\n' in done.out


@pytest.mark.parametrize(("value", "strict"), [("0", False), ("1", True)])
def test_strict_mode_sends_what_the_original_did(value, *, strict, run_fast):
    """It does not read the rules that are to be kept."""
    run_fast.env["IAMCLI_STRICT"] = value
    found = explained(run_fast, "iam-accountmodpasswordpolicy -a")
    operations = [request["operation"] for request in found["requests"]]
    kept = [] if strict else ["GetAccountPasswordPolicy"]
    assert operations == [*kept, "UpdateAccountPasswordPolicy"]


def test_the_file_that_is_created_is_named(run_fast):
    create = "iam-virtualmfadevicecreate -s dev -b QRCodePNG"
    summary = explained(run_fast, f"{create} -o dev.png")["summary"]
    assert summary.endswith(" The file dev.png is created.")
    assert "is created" not in explained(run_fast, create)["summary"]
    summary = explained(run_fast, "iam-usercreate -u u -k -o u.key")["summary"]
    assert summary.endswith(" The file u.key is created.")
    long = f"{'x' * 90}.key"
    shown = run_fast("iamcli", "explain", "iam-useraddkey", "-o", long).out
    assert f" The file\n{long}\nis created.\n" in shown


def test_a_file_that_is_not_there_is_named(run_fast):
    found = explained(run_fast, "iam-rolecreate -r ro -f trust.json -v")
    parameters = found["requests"][0]["parameters"]
    assert parameters["AssumeRolePolicyDocument"] == "contents of trust.json"
    assert "file://trust.json" in found["aws"][0]
    found = explained(run_fast, "iam-servercertupload -s sc -b c.pem -k k.pem -c chain.pem")
    parameters = found["requests"][0]["parameters"]
    assert parameters["CertificateBody"] == "contents of c.pem"
    assert parameters["PrivateKey"] == "contents of k.pem"
    assert parameters["CertificateChain"] == "contents of chain.pem"
    found = explained(run_fast, "iam-rolecreate -r ro -f /dev/null")
    assert found["requests"][0]["parameters"]["AssumeRolePolicyDocument"] == "contents of /dev/null"


def test_a_credential_file_need_not_be_there(run_fast):
    files = "--aws-credential-file none --client-config-file none"
    found = explained(run_fast, f"iam-userdel -u u {files} --url localhost:4566")
    assert found["aws"] == [
        "aws iam delete-user --user-name u --endpoint-url https://localhost:4566"
    ]


def test_standard_input_is_not_read(run_fast):
    found = explained(run_fast, "iam-userchangepassword -o - -n -")
    assert set(found["requests"][0]["parameters"].values()) == {"a line of standard input"}
    assert found["aws"][-1].endswith(
        '--old-password "$old_password" --new-password "$new_password"'
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("iam-userdel -r", 'iam-userdel: Option "-u" is required'),
        ("iam-userdel -u u -x", 'iam-userdel: "-x" is not a valid option'),
        ("iam-userdel -u=u", 'iam-userdel: "-u=u" is not a valid option; write: -u u'),
        ("iam-rolecreate -r ro", 'iam-rolecreate: Option "-f" or "-s" is required'),
        ("iam-rolecreate -r ro -f .", "iam-rolecreate: . is a directory"),
        (f"iam-rolecreate -r ro -f {'x' * 300}", "File name too long"),
        ("iam-accountmodpasswordpolicy --reset -a", "--reset resets every rule"),
        ("iam-virtualmfadevicecreate -s d -b Base32String -o pol.json", "File exists"),
        ("iam-virtualmfadevicecreate -s d -b Base32String -o no/out", "No such file"),
        ("iam-useraddkey -o -", "-o - does not mean standard output"),
        ("iam-usercreate -u u -o u.key", "-o saves the access key that -k creates"),
        ("iam-useraddkey -o .", "File exists"),
        ("iam-userdel -u a\x1b", "iam-userdel: -u contains the invisible character U+001B"),
        ("iam-userdell -u u", "no such command: iam-userdell"),
        ("iam-userdel -u u --url ftp://host", "iam-userdel: --url is not an http or https address"),
        ("iam-userdel -u u --aws-credential-file pol.json", "credential file pol.json has no "),
        ("iam-userdel -u u --client-config-file .", "iam-userdel: client configuration ."),
    ],
)
def test_what_would_be_refused_is_refused(line, message, explain):
    for form in ("text", "json", "aws"):
        done = explain("iamcli", "explain", "--format", form, "--", *line.split())
        assert (done.status, done.out) == (1, "")
        assert message in done.err
        assert done.err.count("\n") == 1


def test_a_terminal_is_told_what_to_write(run):
    line = ("iamcli", "explain", "--", "iam-userdel", "bob")
    said = "iamcli: iam-userdel: No argument is allowed: bob\n"
    assert run(*line) == (1, "", said)
    terminal = Terminal(BIN / line[0], *line[1:], env=run.env)
    assert terminal.status() == 1
    assert terminal.shown.replace("\r", "") == f"{said}iamcli: write: iam-userdel -u bob\n"


def test_a_large_file_is_refused_without_reading_all_of_it(run):
    with (run.home / "large.json").open("wb") as file:
        file.truncate(1 << 33)
    line = "ulimit -v 2000000; exec iamcli explain -- iam-useruploadpolicy -u u -p p -f large.json"
    done = run("sh", "-c", line)
    message = "large.json is larger than 1048576 bytes, which is too large for the policy"
    assert done == (1, "", f"iamcli: iam-useruploadpolicy: {message}\n")


def test_every_value_is_quoted(explain, run):
    program = run.home / "aws"
    program.write_text("#!/bin/sh\nprintf '<%s>' \"$@\"\n")
    program.chmod(0o755)
    policy = '{"Sid":\n  "it\'s $(touch made) `touch made`\u2028\x85"}'
    words = ["iam-useruploadpolicy", "-u", "-a b*", "-p", "file://x", "-o", policy]
    script = explain("iamcli", "explain", "--format", "aws", "--", *words)
    assert run("bash", "-c", script.out, env={"PATH": f"{run.home}:{PATH}"}).out == (
        "<iam><put-user-policy><--user-name=-a b*>"
        f'<--policy-document><{policy}><--cli-input-json><{{"PolicyName": "file://x"}}>'
    )
    assert not (run.home / "made").exists()


def test_a_missing_parameter_is_reported(explain):
    line = ["iam-usermodkey", "-u", "bob", "-s", "Inactive"]
    text = "The service and the AWS CLI refuse UpdateAccessKey without AccessKeyId."
    assert explained(explain, " ".join(line))["summary"].endswith(f" {text}")
    done = explain("iamcli", "explain", "--", *line)
    assert (done.status, done.err) == (0, "")
    assert text in done.out.replace("\n", " ")
    assert "With the AWS CLI:" not in done.out
    done = explain("iamcli", "explain", "--format", "aws", "--", *line)
    assert done == (1, "", "iamcli: the AWS CLI refuses UpdateAccessKey without AccessKeyId\n")


def test_text_and_names_of_programs(explain):
    lines = explain("iamcli", "explain", "/opt/bin/iam-groupdel", "-g", "g", "-r").out.split("\n")
    assert lines[0].startswith("Delete a group, optionally with its memberships and policies. ")
    assert "  4. RemoveUserFromGroup (for each user)" in lines
    condition = "  3. ListAttachedGroupPolicies (for each page of the list; the command goes on"
    following = lines[lines.index(condition) + 1]
    assert following == "     if access is denied or the server lacks the operation)"
    others = explain("iamcli", "explain", "--", "groupdel", "-g", "g", "-r").out.split("\n")
    assert lines[:-2] == others[:-2]
    assert others[-2] == "  iamcli explain --format aws -- groupdel -g g -r"


TEXT = """\
Set the account's password policy. With -a: let users change their own
passwords.

Requests that change something:
  2. UpdateAccountPasswordPolicy
       AllowUsersToChangePassword: true
       MaxPasswordAge: MaxPasswordAge in the answer to GetAccountPasswordPolicy, if it has one
       PasswordReusePrevention: PasswordReusePrevention in the answer to GetAccountPasswordPolicy, \
if it has one
       HardExpiry: HardExpiry in the answer to GetAccountPasswordPolicy, if it has one

Requests that only read:
  1. GetAccountPasswordPolicy (always; the command goes on if there is none or
     access is denied)

Permissions:
  iam:GetAccountPasswordPolicy, iam:UpdateAccountPasswordPolicy

For a script with the AWS CLI, run:
  iamcli explain --format aws -- iam-accountmodpasswordpolicy -a
"""
CREATED = """\
Create a user, optionally with group memberships and an access key.

Requests that change something:
  1. CreateUser
       UserName: b c

Permissions:
  iam:CreateUser

With the AWS CLI:
"""


def test_the_whole_text(run_fast):
    done = run_fast("iamcli", "explain", "--", "iam-accountmodpasswordpolicy", "-a")
    assert done == (0, TEXT, "")
    command = ("--", "iam-usercreate", "-u", "b c")
    aws = run_fast("iamcli", "explain", "--format", "aws", *command).out
    assert run_fast("iamcli", "explain", *command) == (0, CREATED + aws, "")


def test_the_summary_names_the_options(run_fast):
    assert explained(run_fast, "iam-groupdel -g g -r -p")["summary"].endswith(
        " With -r: first remove all members and policies. "
        "With -p and -r: list what would be removed; remove nothing."
    )


def test_what_is_printed_is_that_file(explain):
    line = "iam-roleupdateassumepolicy -r ro -f pol.json -o"
    assert explained(explain, line)["aws"][-1] == "cat pol.json"


# The permissions.


@pytest.mark.parametrize("command", sorted(index.names()))
def test_every_operation_has_a_resource_or_all(command):
    documentation = index.load(command).documentation
    calls = re.search(r"Calls: ([\w,\s]+)\Z", documentation.strip())
    assert calls
    for operation in re.split(r",\s+", calls[1].strip()):
        assert (resource_type(Answers(), operation) is None) is (operation in ALL_RESOURCES)


#: The actions without resource-level permissions.
ALL_RESOURCES = {
    "CreateAccountAlias",
    "DeleteAccountAlias",
    "DeleteAccountPasswordPolicy",
    "GetAccountPasswordPolicy",
    "GetAccountSummary",
    "ListAccountAliases",
    "ListGroups",
    "ListInstanceProfiles",
    "ListRoles",
    "ListServerCertificates",
    "ListUsers",
    "ListVirtualMFADevices",
    "UpdateAccountPasswordPolicy",
}


@pytest.mark.parametrize("line", COMPOSITE)
def test_when_each_request_is_sent_and_which_permissions_it_needs(line, explain):
    found = explained(explain, line)
    requests = [(request["operation"], request["when"]) for request in found["requests"]]
    assert requests == COMPOSITE[line]
    wanted = {f"iam:{operation}" for operation, _ in requests}
    wanted |= {"iam:TagUser"} if "-t" in line else set()
    assert set(found["permissions"]) == wanted
    policy = json.loads(explain("iamcli", "explain", "--policy", "--", *line.split()).out)
    granted = [action for statement in policy["Statement"] for action in statement["Action"]]
    assert sorted(granted) == sorted(wanted)


HIDDEN = "if the answer does not show them"
NO_ANSWER = f"{HIDDEN}; the command goes on if there is none, access is denied or the server lacks"
ROLE = "iam-rolecreate -r x -s ec2.amazonaws.com"
#: Command lines that create something, and when it is read again at a server other than AWS.
READ_AGAIN = {
    "iam-usercreate -u x -g g -k -v": "",
    "iam-usercreate -u x -t a=b -t c=d": f"{NO_ANSWER} the operation",
    f"iam-usercreate -u x -b {MANAGED}": HIDDEN,
    f"iam-usercreate -u x -p /y/ -b {MANAGED} -t a=b -g g -k -v": HIDDEN,
    ROLE: "",
    # Ceph does not show the tags of roles.
    f"{ROLE} -t a=b": "",
    f"{ROLE} -b {MANAGED} -v": HIDDEN,
    f"{ROLE} -p /y/ -b {MANAGED} -t a=b": HIDDEN,
}


@pytest.mark.parametrize("line", READ_AGAIN)
def test_what_a_server_may_ignore_is_read_again(line, explain, stub):
    """What is listed is what a server gets that ignores it, and what the policy allows."""
    kind = "Role" if "role" in line else "User"
    shown = f"<{kind}><Arn>arn</Arn><{kind}Id>id</{kind}Id>"
    endpoint = stub.endpoint().on(f"Create{kind}", ok(f"Create{kind}", f"{shown}</{kind}>"))
    more = "<Tags/><PermissionsBoundary><PermissionsBoundaryArn>arn</PermissionsBoundaryArn>"
    more = f"{shown}{more}</PermissionsBoundary></{kind}>"
    endpoint.on(f"Get{kind}", ok(f"Get{kind}", more)).on("GetGroup", ok("GetGroup", "<Users/>"))
    key = "<AccessKeyId>id</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>"
    key = ok("CreateAccessKey", f"<AccessKey>{key}</AccessKey>")
    endpoint.on("CreateAccessKey", key).on("AddUserToGroup", ok("AddUserToGroup"))
    assert explain(*line.split(), "--url", endpoint.url).status == 0
    at_aws, found = explained(explain, line), explained(explain, f"{line} --url {endpoint.url}")
    sent = [request["operation"] for request in found["requests"]]
    assert sent == endpoint.operations
    conditions = {request["operation"]: request["when"] for request in found["requests"]}
    assert conditions.get(f"Get{kind}", "") == READ_AGAIN[line]
    assert found["summary"] == at_aws["summary"]
    requests = [request for request in found["requests"] if request["operation"] != f"Get{kind}"]
    assert requests == at_aws["requests"]
    wanted = {*at_aws["permissions"], *(f"iam:{operation}" for operation in sent)}
    assert {*found["permissions"]} == wanted
    done = explain("iamcli", "explain", "--policy", "--", *line.split(), "--url", endpoint.url)
    statements = json.loads(done.out)["Statement"]
    assert {action for statement in statements for action in statement["Action"]} == wanted
    text = explain("iamcli", "explain", "--", *line.split(), "--url", endpoint.url).out
    assert (HIDDEN in " ".join(text.split())) == bool(READ_AGAIN[line])


def test_adding_a_role_also_passes_it(explain):
    found = explained(explain, "iam-instanceprofileaddrole -s ip -r ro")
    assert found["permissions"] == ["iam:AddRoleToInstanceProfile", "iam:PassRole"]


@pytest.mark.parametrize(
    ("line", "resources"),
    [
        ("iam-usergetattributes -u u", [USER]),
        ("iam-usergetattributes", [CALLER]),
        ("iam-usercreate -u u -p /x/ -k", [["user/x/u"]]),
        ("iam-usermod -u u -n n", [[*USER, "user/n", "user/*/n"]]),
        ("iam-usermod -u u -n n -p /y/", [["user/y/n", "user/u", "user/*/u"]]),
        ("iam-userlistbypath -p /x/", ["*"]),
        ("iam-instanceprofilelistbypath -p /x/", ["*"]),
        ("iam-instanceprofilelistforrole -r ro", [["role/ro", "role/*/ro"]]),
        ("iam-servercertlistbypath -p /x/", ["*"]),
        (
            "iam-servercertmod -s sc -n to",
            [[f"server-certificate/{name}" for name in ("sc", "*/sc", "to", "*/to")]],
        ),
        ("iam-groupmod -g g -n n", [["group/g", "group/*/g", "group/n", "group/*/n"]]),
        ("iam-groupadduser -g g -u u", [["group/g", "group/*/g"]]),
        ("iam-virtualmfadevicelist -t Any", ["*"]),
        ("iam-virtualmfadevicecreate -s dev -p /x/ -b Base32String -o out.txt", [["mfa/x/dev"]]),
        (f"iam-userenablemfadevice -u u -s {DEVICE} -c1 111111 -c2 222222", [USER]),
        (f"iam-userdeactivatemfadevice -u u -s {DEVICE}", [USER]),
        (f"iam-userresyncmfadevice -u u -s {DEVICE} -c1 111111 -c2 222222", [USER]),
        ("iam-userlistmfadevices -u u", [USER]),
        ("iam-userchangepassword -o old -n new", [CALLER]),
        ("iam-instanceprofiledel -s ip -r", [PROFILE]),
        (f"iam-virtualmfadevicedel -s {DEVICE}", [[DEVICE]]),
        ("iam-instanceprofileaddrole -s ip -r ro", [PROFILE, ["role/ro", "role/*/ro"]]),
        ("iam-userlistkeys -u u -l", [USER]),
        ("iam-userdel -u *", [["user/${*}", "user/*/${*}"]]),
        ("iam-usercreate -u u -p /a*/", [["user/a${*}/u"]]),
        ("iam-usercreate -u u -p /x?/", [["user/x${?}/u"]]),
        ("iam-usercreate -u u -p /${aws:username}/", [["user/${$}{aws:username}/u"]]),
        ("iam-usermod -u u -p /$*/", [["user/${$}${*}/u", "user/u", "user/*/u"]]),
        (f"iam-virtualmfadevicedel -s {DEVICE}*", [[f"{DEVICE}${{*}}"]]),
    ],
)
def test_the_policy_names_the_resources(line, resources, explain):
    done = explain("iamcli", "explain", "--policy", "--", *line.split())
    found = [statement["Resource"] for statement in json.loads(done.out)["Statement"]]
    assert found == [
        ["*"]
        if names == "*"
        else [name if name.startswith("arn:") else f"arn:aws:iam::*:{name}" for name in names]
        for names in resources
    ]


def test_the_policies_are_accepted(explain, moto):
    iam = Account(moto, []).iam
    others = ("iam-usergetattributes", "iam-userlistbypath", "iam-usercreate -u u -p /$*?/")
    for number, line in enumerate((*COMPOSITE, *others)):
        done = explain("iamcli", "explain", "--policy", "--", *line.split())
        iam.create_policy(PolicyName=f"p{number}", PolicyDocument=done.out)


def test_there_is_no_empty_policy(explain):
    done = explain("iamcli", "explain", "--policy", "--", "iam-userdel", "-u", "u", "-p")
    assert (done.status, done.out) == (1, "")


# The aws commands, compared with the command at a server.


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Certificates with their keys."""
    pairs = []
    for number in range(2):
        file = self_signed(tmp_path_factory.mktemp("certificate") / "pem", host=f"h{number}.org")
        key, begin, certificate = file.read_text().partition("-----BEGIN CERTIFICATE-----")
        pairs.append((begin + certificate, key))
    return pairs


class Account:
    """The account at the server, which is filled before a command."""

    def __init__(self, url: str, certificates: list[tuple[str, str]]) -> None:
        self._url = url
        self.certificates = certificates
        self.iam = encoded(url)

    def fill(self, state: str) -> dict[str, str]:
        """Empty the account, and fill it; return the IDs that the rows leave open.

        ``state``: "full" with everything, "bare" without what prevents a deletion, "new" without
        what a command could create, "empty" also without the role; "own" is "full", with the keys
        of the user for the command.
        """
        resettable.reset(self._url)
        iam = self.iam
        for name in ("g1", "g2"):
            iam.create_group(GroupName=name)
        for name in ("u1", "u2"):
            iam.create_user(UserName=name)
        if state == "empty":
            return {}
        iam.create_role(RoleName="ro", Path="/x/", AssumeRolePolicyDocument=TRUST)
        if state == "new":
            return {}
        iam.create_user(UserName="u", Path="/x/")
        iam.create_group(GroupName="g", Path="/x/")
        iam.create_instance_profile(InstanceProfileName="ip", Path="/x/")
        (body, key), (other, _) = self.certificates
        iam.upload_server_certificate(
            ServerCertificateName="sc", CertificateBody=body, PrivateKey=key
        )
        iam.create_virtual_mfa_device(VirtualMFADeviceName="held")
        ids = {"ser": DEVICE}
        if state == "bare":
            return ids
        iam.create_account_alias(AccountAlias="alias")
        iam.create_instance_profile(InstanceProfileName="ip2", Path="/x/")
        iam.create_group(GroupName="g3", Path="/x/")
        iam.create_user(UserName="u3", Path="/x/")
        iam.update_account_password_policy(MaxPasswordAge=90, HardExpiry=True)
        for user in ("u", "u1"):
            iam.add_user_to_group(GroupName="g", UserName=user)
        for kind, name in (("user", "u"), ("group", "g"), ("role", "ro")):
            owner = {f"{kind.capitalize()}Name": name}
            put = getattr(iam, f"put_{kind}_policy")
            for policy in ("pn", "pn2"):
                put(**owner, PolicyName=policy, PolicyDocument=POLICY)
            getattr(iam, f"attach_{kind}_policy")(**owner, PolicyArn=MANAGED)
        iam.add_role_to_instance_profile(InstanceProfileName="ip", RoleName="ro")
        iam.create_login_profile(UserName="u", Password="Old-pass-1")
        key = iam.create_access_key(UserName="u")["AccessKey"]
        ids |= {"kid": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
        uploaded = iam.upload_signing_certificate(UserName="u", CertificateBody=other)
        ids["cid"] = uploaded["Certificate"]["CertificateId"]
        iam.enable_mfa_device(UserName="u", SerialNumber=DEVICE, **populated.CODES)
        iam.upload_ssh_public_key(UserName="u", SSHPublicKeyBody=public_key())
        ids["old"] = "Old-pass-1"
        return ids

    def marker(self, line: str) -> str:
        """Return the marker of the second page of the list that the command reads."""
        lists: dict[str, tuple[str, dict[str, str]]] = {
            "iam-grouplistbypath": ("list_groups", {"PathPrefix": "/x/"}),
            "iam-grouplistusers": ("get_group", {"GroupName": "g"}),
            "iam-instanceprofilelistbypath": ("list_instance_profiles", {"PathPrefix": "/x/"}),
            "iam-userlistbypath": ("list_users", {"PathPrefix": "/x/"}),
        }
        method, parameters = lists.get(line.split(maxsplit=1)[0], ("list_account_aliases", {}))
        try:
            return str(getattr(self.iam, method)(**parameters, MaxItems=1).get("Marker", "MK"))
        except self.iam.exceptions.NoSuchEntityException:
            return "MK"


def _without(value: Any) -> Any:
    """Return ``value`` without members that are random or dates."""
    if isinstance(value, dict):
        return {
            name: _without(member)
            for name, member in sorted(value.items())
            if not name.endswith(("Id", "Date")) and name != "Expiration"
        }
    return [_without(member) for member in value] if isinstance(value, list) else value


@pytest.fixture
def moto_account(moto: str, certificates: list[tuple[str, str]]) -> Account:
    """The account at the server."""
    return Account(moto, certificates)


#: Rows of which the server refuses the request in every state of the account.
NOT_CARRIED_OUT = {
    # There is at most one alias, so that there is no marker.
    "iam-accountaliaslist -i 3 -m MK",
    # The document is not a policy, the text is not a certificate, and there is no key.
    'iam-groupuploadpolicy -g g -p pn -o {"a":1}',
    "iam-useraddcert -u u -c text",
    "iam-usermodkey -s Active",
    # There is no such status.
    "iam-virtualmfadevicelist -t bogus",
}


def prepared(
    line: str, folder: Path, account: Account, state: str
) -> tuple[list[str], dict[str, str]]:
    """Prepare the account and the files; return the words of the command, and its variables."""
    for name in ("out.txt", "out.png", "dev.png"):
        (folder / name).unlink(missing_ok=True)
    (folder / "pol.json").write_text(f"{POLICY}\n")
    certificate, key = account.certificates[0]
    (folder / "cert.pem").write_text(certificate)
    (folder / "key.pem").write_text(key)
    ids = account.fill(state)
    if " -m MK" in line:
        ids["MK"] = account.marker(line)
    env = {}
    if state == "own":
        env = {
            "AWS_CREDENTIAL_FILE": "",
            "AWS_ACCESS_KEY_ID": ids["kid"],
            "AWS_SECRET_ACCESS_KEY": ids["secret"],
        }
    return with_ids(line, ids), env


def with_ids(line: str, ids: dict[str, str]) -> list[str]:
    trust = "-f pol.json" in line and "-r ro" in line and "uploadpolicy" not in line
    # The service refuses aliases and passwords of two letters and codes of one digit.
    # Its resources are ARNs.
    given = {**ids, "al": "alias", "arn:a": "arn:aws:s3:::a", "arn:b": "arn:aws:s3:::b"}
    given |= {"pw": "Pass-word-1"} | ({"new": "New-pass-1"} if "changepassword" in line else {})
    given |= {"1": "333333", "2": "444444"} if "resync" in line else {}
    words = [given.get(word, word) for word in arguments_of(line)]
    return ["trust.json" if trust and word == "pol.json" else word for word in words]


def shown(text: str) -> tuple[list[str], list[Any]]:
    """Return the words that are printed, in order, and documents.

    Headings that a script does not print, footers and what is random are left out. What a script
    prints as JSON has no order.
    """
    words: list[str] = []
    documents = []
    headings = {"users", "alias", "login", "profile", "exists", "for", "user", "marker"}
    random = r"\b[A-Z0-9]{16,}\b|(?<![\w+/])[\w+/]{40}(?![\w+/])|\b\d{4}-\d\d-\d\dT[\d:]+Z\b"
    for line in re.sub(random, "ID", text).splitlines():
        if line.startswith('{"'):
            documents.append(json.loads(line))
        elif not line.startswith("IsTruncated: "):
            words += re.findall(r"[\w/:.+=@-]*\w[\w/:.+=@-]*", line.lower())
    words = [word for word in (word.rstrip(":") for word in words) if word not in headings]
    return words, documents


def read(run_fast: ForkRunner) -> Any:
    """Return what is in the account, without random IDs and dates."""
    return _without({**saved(run_fast, "--force"), "taken": ""})


def compare(line: str, run: Shell, run_fast: ForkRunner, account: Account) -> bool:
    """Compare what a command and its ``aws`` commands do in the first state without a refusal.

    Return whether there is such a state.
    """
    (run.home / "trust.json").write_text(TRUST)
    for state in ("full", "bare", "new", "empty", "own"):
        words, env = prepared(line, run.home, account, state)
        toolkit = run_fast(*words, env=env)
        if toolkit.status:
            continue
        made = read(run_fast)
        words, env = prepared(line, run.home, account, state)
        script = run_fast("iamcli", "explain", "--format", "aws", "--", *words)
        assert (script.status, script.err) == (0, "")
        done = run("bash", "-c", script.out, env=env)
        assert (done.status, done.err) == (0, "")
        assert read(run_fast) == made
        words, documents = shown(toolkit.out)
        script_words, script_documents = shown(done.out)
        if done.out.startswith("{\n"):
            words.sort()
            script_words.sort()
        rest = iter(script_words)
        assert all(word in rest for word in words), (words, script_words)
        assert documents == script_documents
        return True
    return False


#: Scripts that iamcli explain prints. make test-full runs such scripts and compares what they do.
AWS_SCRIPTS = (TESTS / "answers" / "aws-scripts.txt").read_text().removeprefix("$ ").split("\n$ ")


@pytest.mark.parametrize("script", AWS_SCRIPTS, ids=lambda script: script.partition("\n")[0])
def test_the_aws_commands_are_these(script, explain):
    line, _, expected = script.partition("\n")
    done = explain("iamcli", "explain", "--format", "aws", "--", *line.split())
    # Without a request, there is no line.
    assert done == (0, expected and expected.removesuffix("\n") + "\n", "")


SAVED_KEY = ("iam-useraddkey -u u2 -o out.txt", "iam-usercreate -u new -k -v -o out.txt")


@pytest.mark.full
@pytest.mark.parametrize("line", every(2, SAVED_KEY))
def test_a_key_that_aws_saves(line, aws, run_fast, moto_account):
    (aws.home / "trust.json").write_text(TRUST)
    script = run_fast("iamcli", "explain", "--format", "aws", "--", *line.split()).out
    assert compare(line, aws, run_fast, moto_account)
    file = aws.home / "out.txt"
    written = file.read_text()
    names = [row.partition("=")[0] for row in written.splitlines()]
    assert names == ["AWSAccessKeyId", "AWSSecretKey"]
    assert file.stat().st_mode & 0o777 == 0o600
    # It is not written over.
    moto_account.fill("full")
    assert aws("bash", "-c", script).status != 0
    assert file.read_text() == written


#: Command lines that are no rows, for what no row does.
MORE = (
    "iam-usercreate -u new -p /x/ -k -v -g g1 -g g2 -t a=b/c",
    "iam-userlistkeys -u u -l",
    "iam-userlistpolicies -u u -a",
    "iam-groupdel -g g -r",
    "iam-roledel -r ro -c",
    "iam-userlistcerts -u u -v",
    "iam-rolegetattributes -r ro",
    "iam-grouplistpolicies -g g -v",
    "iam-userlistpolicies -u u -i 1",
    "iam-userlistpolicies -u u -i 1 -v",
    "iam-userlistpolicies -u u -i 2 -v",
    "iam-userlistpolicies -u u1 -i 1 -v",
    "iam-userlistkeys -u u -l -i 1",
    "iam-grouplistusers -g g -i 1",
    "iam-instanceprofiledel -s ip -r -p",
    "iam-userdel -u u -r -p",
)


@pytest.mark.full
@pytest.mark.parametrize("server", ["moto", "stub"])
@pytest.mark.parametrize(
    "line", [f"iam-usercreate -u new -b {MANAGED} -t a=b -k", f"{ROLE} -b {MANAGED}"]
)
def test_the_aws_commands_end_without_the_boundary(line, server, aws, run_fast, moto, stub):
    """They end if the server shows none, as the command does."""
    kind = "Role" if "role" in line else "User"
    url = moto
    if server == "stub":
        without = f"<{kind}><Arn>arn</Arn><{kind}Id>id</{kind}Id></{kind}>"
        endpoint = stub.endpoint(refused("AccessDenied"))
        for operation in (f"Create{kind}", f"Get{kind}"):
            endpoint.on(operation, ok(operation, without))
        url = endpoint.url
    words = [*line.split(), "--url", url]
    script = run_fast("iamcli", "explain", "--format", "aws", "--", *words)
    done = aws("bash", "-c", script.out)
    assert (done.status, bool(done.out)) == ((0, "-k" in line) if url == moto else (1, False))
    if url != moto:
        assert endpoint.operations == [f"Create{kind}", f"Get{kind}"]


@pytest.mark.full
@pytest.mark.parametrize("line", [*MORE, *(row[0] for row in ROWS if row[0] not in REFUSED)])
def test_aws_commands_of_every_row(line, aws, run_fast, moto_account):
    assert compare(line, aws, run_fast, moto_account) == (line not in NOT_CARRIED_OUT)
