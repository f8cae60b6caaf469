"""What each variant of a command sends and prints, in functions; the other tests run programs."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from iamcli.cli import index
from iamcli.errors import Failure, InvalidPolicy, ServiceError
from iamcli.interrupts import DeferredSignals
from iamcli.output.lines import RequireOutput
from iamcli.output.streams import Reporter
from iamcli.parsing import parser
from iamcli.parsing.options import UsageError
from iamcli.runner import call

KEYS = {
    "AccessKeyMetadata": [
        {"AccessKeyId": "A1", "Status": "Active", "CreateDate": "2020"},
        {"AccessKeyId": "A2", "Status": "Inactive"},
    ]
}
USED = {"AccessKeyLastUsed": {"LastUsedDate": "2021", "Region": "x-1", "ServiceName": "iam"}}
NEVER = {"AccessKeyLastUsed": {"Region": "N/A", "ServiceName": "N/A"}}
DEVICES = {
    "VirtualMFADevices": [
        {"SerialNumber": "m1", "User": {"Arn": "u1"}, "EnableDate": "2020"},
        {"SerialNumber": "m2"},
        {"SerialNumber": "m3", "User": {"Arn": "u3"}},
    ]
}
CERTIFICATES = {
    "Certificates": [
        {"CertificateId": "c1", "CertificateBody": "PEM1\n", "Status": "Active"},
        {"CertificateId": "c2", "CertificateBody": "PEM2", "Status": "Inactive"},
    ]
}
DOCUMENT = {"PolicyDocument": "%7B%22a%22%3A%201%7D"}
NAMES = {"PolicyNames": ["p1", "p2"]}
PROFILE = {"Arn": "a", "InstanceProfileId": "i", "Roles": [{"Arn": "r"}]}
USER = {"Arn": "a", "UserId": "i"}
RULES = {"MinimumPasswordLength": 8, "HardExpiry": True, "MaxPasswordAge": 90, "Z": False}
LENGTH = {"MinimumPasswordLength": 9}
UNREAD = (
    "the current policy may not be read; these rules may have been reset: MaxPasswordAge, "
    "PasswordReusePrevention, HardExpiry"
)
NO_AGE = {"PasswordPolicy": {"MaxPasswordAge": 0, "HardExpiry": False}}
READ: tuple[str, dict[str, Any]] = ("Get", {})
END = "IsTruncated: false"
DENIED = ServiceError("AccessDenied", "no")
ABSENT = ServiceError("NoSuchEntity", "no")
NO_POLICY = "bob has no inline policy; -a lists attached managed policies"
BEGIN = '{"Version":"2008-10-17","Statement":[{"Effect":'
OWN_POLICY = f'{BEGIN}"Deny","Action":["x:y","z"],"Resource":["r"]}}]}}'
EC2 = '"Principal":{"Service":["ec2.amazonaws.com"]}'
TRUST = f'{BEGIN}"Allow",{EC2},"Action":["sts:AssumeRole"]}}]}}'


class Service:
    """An IAM service that gives ``answers`` and records what it was asked."""

    def __init__(self, answers: dict[str, Any], *, strict: bool, on_terminal: bool) -> None:
        #: The answers to each operation; the last one is given again and again.
        self._answers = {
            name: [*value] if isinstance(value, list) else [value]
            for name, value in answers.items()
        }
        self.strict = strict
        self.is_another_service = False
        self.on_terminal = on_terminal
        self.interactive = on_terminal
        self.pending: str | None = None
        self.reporter = Reporter()
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, operation: str, **parameters: Any) -> Any:
        given = {name: value for name, value in parameters.items() if value is not None}
        self.calls.append((operation, given))
        answers = self._answers.get(operation, [{}])
        answer = answers.pop(0) if answers[1:] else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    send = call

    def call_if_permitted(self, operation: str, **parameters: Any) -> Any:
        try:
            return self.call(operation, **parameters)
        except ServiceError:
            return None


def run(line: str, answers: dict[str, Any], **more: bool) -> tuple[list[str], Service]:
    """Return the lines of a command, and the service."""
    iam = Service(answers, **{"strict": False, "on_terminal": False, **more})
    name, *arguments = shlex.split(line)
    command = index.load(name)
    values = parser.parse(name, command.all_options, arguments)
    given = {option.dest: values[option.dest] for option in command.options}
    lines = call(command, iam, given)  # type: ignore[arg-type]
    return [str(each) for each in lines or () if not isinstance(each, RequireOutput)], iam


#: What the service answers if a test says nothing else.
ANSWERS = {
    "CreateGroup": {"Group": {"Arn": "a", "GroupId": "i"}},
    "CreateUser": {"User": USER},
    "GetAccountPasswordPolicy": {"PasswordPolicy": RULES},
    "GetAccountSummary": {"SummaryMap": {"b": 2, "a": 1, "C": 0}},
    "GetGroup": [
        {"Group": {"Arn": "a"}, "Users": [{"Arn": "u1"}], "IsTruncated": True, "Marker": "m"},
        {"Group": {"Arn": "a"}, "Users": [{"Arn": "u2"}]},
    ],
    "GetInstanceProfile": {"InstanceProfile": PROFILE},
    "GetUserPolicy": DOCUMENT,
    "ListAccessKeys": KEYS,
    "ListAttachedGroupPolicies": {"AttachedPolicies": [{"PolicyArn": "p"}]},
    "ListSigningCertificates": CERTIFICATES,
    "ListUserPolicies": NAMES,
    "ListVirtualMFADevices": DEVICES,
}
WITHOUT_ROLES = {"InstanceProfile": {"Arn": "a", "InstanceProfileId": "i"}}


@pytest.mark.parametrize(
    ("line", "answers", "shown"),
    [
        ("iam-userlistkeys", {}, ["A1", "Active", "A2", "Inactive", END]),
        (
            "iam-userlistkeys -l",
            {"GetAccessKeyLastUsed": [USED, NEVER]},
            [
                "A1",
                "Active",
                "2020\t2021\tx-1\tiam",
                "A2",
                "Inactive",
                "unknown\tnever\tN/A\tN/A",
                END,
            ],
        ),
        (
            "iam-userlistkeys -l",
            {"GetAccessKeyLastUsed": [DENIED, {"AccessKeyLastUsed": {}}]},
            [
                "A1",
                "Active",
                "2020\tunknown\tunknown\tunknown",
                "A2",
                "Inactive",
                "unknown\tnever\tN/A\tN/A",
                END,
            ],
        ),
        ("iam-virtualmfadevicelist -t Any", {}, ["m1", "m2", "m3", END]),
        ("iam-virtualmfadevicelist -t Any -v", {}, ["m1", "u1", "2020", "m2", "m3", "u3", END]),
        ("iam-userlistcerts", {}, ["c1", "Active", "c2", "Inactive", END]),
        ("iam-userlistcerts -v", {}, ["c1", "PEM1", "Active", "c2", "PEM2", "Inactive", END]),
        ("iam-userlistpolicies -u bob", {}, ["p1", "p2", END]),
        ("iam-userlistpolicies -u bob -v", {}, ["p1", '{"a": 1}', "p2", '{"a": 1}', END]),
        ("iam-userlistpolicies -u bob -p x", {}, ['{"a": 1}']),
        ("iam-grouplistpolicies -g g -a", {}, ["p", END]),
        ("iam-instanceprofilegetattributes -s p", {}, ["a", "i"]),
        ("iam-instanceprofilegetattributes -s p -r", {}, ["a", "i", "r"]),
        (
            "iam-instanceprofilegetattributes -s p -r",
            {"GetInstanceProfile": WITHOUT_ROLES},
            ["a", "i"],
        ),
        ("iam-grouplistusers -g g", {}, ["a", "\tusers", "\tu1", "\tu2", END]),
        ("iam-usercreate -u bob", {}, []),
        ("iam-usercreate -u bob -v", {}, ["a", "i"]),
        ("iam-groupcreate -g g", {"CreateGroup": {"Group": {}}}, []),
        ("iam-groupcreate -g g -v", {}, ["a", "i"]),
        (
            "iam-accountgetpasswordpolicy",
            {},
            ["HardExpiry: true", "MaxPasswordAge: 90", "MinimumPasswordLength: 8", "Z: false"],
        ),
        ("iam-accountgetsummary", {}, ["C: 0", "a: 1", "b: 2"]),
        ("iam-useraddpolicy -u bob -p p -e Deny -a x:y -r r", {}, []),
        ("iam-useraddpolicy -u bob -p p -e Deny -a x:y -a z -r r -o", {}, [OWN_POLICY]),
        ("iam-roleupdateassumepolicy -r r -s ec2.amazonaws.com -o", {}, [TRUST]),
        ("iam-roleupdateassumepolicy -r r -s ec2.amazonaws.com", {}, []),
    ],
)
def test_what_a_command_prints(line, answers, shown):
    for on_terminal in (False, True):
        assert run(line, ANSWERS | answers, on_terminal=on_terminal)[0] == shown


def test_a_list_without_inline_policies():
    """Only people are told, and only if there is none at all."""
    nothing = {"ListUserPolicies": {"PolicyNames": []}}
    line = "iam-userlistpolicies -u bob"
    assert run(line, nothing, on_terminal=True)[0] == [END, NO_POLICY]
    assert run(line, nothing)[0] == [END]
    assert run(f"{line} -m x", nothing, on_terminal=True)[0] == [END]
    assert run(line, {"ListUserPolicies": NAMES}, on_terminal=True)[0] == ["p1", "p2", END]
    assert run(f"{line} -a", {}, on_terminal=True)[0] == [END]


RESET = (
    "reset to their defaults: MinimumPasswordLength, RequireLowercaseCharacters, "
    "RequireUppercaseCharacters, RequireNumbers, RequireSymbols, AllowUsersToChangePassword, "
    "MaxPasswordAge, PasswordReusePrevention, HardExpiry"
)


@pytest.mark.parametrize(
    ("line", "more", "calls", "said"),
    [
        (
            " -m 9",
            {},
            [READ, ("Update", {**LENGTH, "MaxPasswordAge": 90, "HardExpiry": True})],
            ["kept from the current policy: MaxPasswordAge 90, HardExpiry true"],
        ),
        (" -m 9", {"strict": True}, [("Update", LENGTH)], []),
        *(
            (f" -m {number}", {"strict": True}, [("Update", {"MinimumPasswordLength": number})], [])
            for number in (-(1 << 31), (1 << 31) - 1)
        ),
        (" -m 9", {"answer": ABSENT}, [READ, ("Update", LENGTH)], []),
        *(
            (" -m 9", {"answer": ServiceError(code, "no")}, [READ, ("Update", LENGTH)], [UNREAD])
            for code in ("AccessDenied", "AccessDeniedException")
        ),
        (" -m 9", {"answer": NO_AGE}, [READ, ("Update", LENGTH)], []),
        (" --reset", {"on_terminal": True}, [("Update", {})], [RESET]),
        (" --reset", {}, [("Update", {})], []),
        ("", {}, [("Update", {})], []),
    ],
)
def test_which_rules_of_the_password_policy_are_sent(line, more, calls, said):
    how = {"answer": {"PasswordPolicy": RULES}, **more}
    answers = {"GetAccountPasswordPolicy": how.pop("answer")}
    shown, iam = run(f"iam-accountmodpasswordpolicy{line}", answers, **how)
    assert shown == said
    assert iam.calls == [(f"{name}AccountPasswordPolicy", values) for name, values in calls]


def test_a_password_policy_that_cannot_be_read_is_not_changed():
    answers = {"GetAccountPasswordPolicy": ServiceError("ServiceFailure", "broken")}
    with pytest.raises(ServiceError, match="broken"):
        run("iam-accountmodpasswordpolicy -m 9", answers | {"UpdateAccountPasswordPolicy": DENIED})


@pytest.mark.parametrize(
    ("option", "rule"),
    [
        ("-a", "AllowUsersToChangePassword"),
        ("-l", "RequireLowercaseCharacters"),
        ("-n", "RequireNumbers"),
        ("-s", "RequireSymbols"),
        ("-u", "RequireUppercaseCharacters"),
    ],
)
def test_a_rule_of_the_password_policy(option, rule):
    _, iam = run(f"iam-accountmodpasswordpolicy {option}", {"GetAccountPasswordPolicy": ABSENT})
    assert iam.calls[1:] == [("UpdateAccountPasswordPolicy", {rule: True})]


BOUNDARY_AND_TAGS = {"PermissionsBoundary": "arn", "Tags": [{"Key": "k", "Value": "v"}]}
REFUSED = [
    ("iam-accountmodpasswordpolicy --reset -l", False, "--reset resets every rule; use it without"),
    ("iam-accountmodpasswordpolicy --reset -m 0", False, "--reset resets every rule; use it with"),
    ("iam-accountmodpasswordpolicy", True, "without options, these rules are reset: MinimumPa"),
    ("iam-userlistpolicies -u b -a -v", False, "-a lists attached managed policies; use it with"),
    ("iam-userlistpolicies -u b -a -p x", False, "-a lists attached managed policies; use it wit"),
    *(
        (f"iam-usercreate -u b -t '{tag}'", False, f'"{tag}" is not a valid value for "-t"')
        for tag in ("team", "=web", "")
    ),
    ("iam-usercreate -u b -o f", False, "-o saves the access key that -k creates; use it with -k"),
    ("iam-useraddcert -c x -f y", False, "specify the certificate with -c or -f, not both"),
    ("iam-rolecreate -r r -f f -s s", False, "specify the trust policy with -f or -s, not both"),
    ("iam-useruploadpolicy -u b -p p -f f -o {}", False, "specify the policy with -f or -o, not"),
]


@pytest.mark.parametrize(
    ("line", "on_terminal", "said"), REFUSED, ids=lambda value: str(value)[:40]
)
def test_options_that_are_refused(line, on_terminal, said):
    with pytest.raises((Failure, UsageError)) as raised:
        run(line, {}, on_terminal=on_terminal)
    assert str(raised.value)[: len(said)] == said


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        (
            "iam-instanceprofilecreate -s p",
            [("CreateInstanceProfile", {"InstanceProfileName": "p", "Path": "/"})],
        ),
        (
            "iam-instanceprofilecreate -s p -p /x/ -r r",
            [
                ("GetRole", {"RoleName": "r"}),
                ("CreateInstanceProfile", {"InstanceProfileName": "p", "Path": "/x/"}),
                ("AddRoleToInstanceProfile", {"InstanceProfileName": "p", "RoleName": "r"}),
            ],
        ),
        (
            "iam-usercreate -u b -g g -g h -p /x/ -b arn -t k=v",
            [
                ("GetGroup", {"GroupName": "g", "MaxItems": 1}),
                ("GetGroup", {"GroupName": "h", "MaxItems": 1}),
                ("CreateUser", {"UserName": "b", "Path": "/x/"} | BOUNDARY_AND_TAGS),
                ("AddUserToGroup", {"GroupName": "g", "UserName": "b"}),
                ("AddUserToGroup", {"GroupName": "h", "UserName": "b"}),
            ],
        ),
        ("iam-usercreate -u b", [("CreateUser", {"UserName": "b"})]),
        *(
            (
                f"iam-instanceprofilelistbypath{option}",
                [("ListInstanceProfiles", {"MaxItems": 1000, "PathPrefix": prefix})],
            )
            for option, prefix in (("", "/"), (" -p /x/", "/x/"), (" -p ''", ""))
        ),
        *(
            (
                f"iam-{kind.lower()}listpolicies -{kind[0].lower()} x -a{options}",
                [(f"ListAttached{kind}Policies", {f"{kind}Name": "x", **sent})],
            )
            for kind in ("User", "Group", "Role")
            for options, sent in (
                ("", {"MaxItems": 1000}),
                (" -i 1 -m y", {"MaxItems": 1, "Marker": "y"}),
            )
        ),
        ("iam-rolelistbypath", [("ListRoles", {"MaxItems": 1000})]),
        ("iam-rolelistbypath -i 5", [("ListRoles", {"MaxItems": 5})]),
        ("iam-rolelistbypath -m x", [("ListRoles", {"MaxItems": 100, "Marker": "x"})]),
        (
            "iam-groupadduser -g g -u a -u b",
            [
                ("AddUserToGroup", {"GroupName": "g", "UserName": "a"}),
                ("AddUserToGroup", {"GroupName": "g", "UserName": "b"}),
            ],
        ),
    ],
)
def test_what_a_command_sends(line, calls):
    assert run(line, {"CreateUser": {"User": USER}})[1].calls == calls


def test_a_new_key_is_shown_or_saved(tmp_path):
    key = {"AccessKeyId": "AKIAX", "SecretAccessKey": "s", "UserName": "b", "Status": "Active"}
    answers = {"CreateAccessKey": {"AccessKey": key}}
    for line in ("iam-useraddkey -u b", "iam-usercreate -u b -k"):
        answers["CreateUser"] = {"User": USER}
        file = tmp_path / line.split()[0]
        # The commands defer signals until their process ends.
        with DeferredSignals():
            assert run(line, answers)[0] == ["AKIAX\ns"]  # at once, as one secret
            assert run(f"{line} -o {file}", answers)[0] == ["AKIAX"]
        assert file.read_text() == "AWSAccessKeyId=AKIAX\nAWSSecretKey=s\n"


def test_the_option_for_a_file_with_a_policy(tmp_path):
    """It is told only if there is such a file."""
    (tmp_path / "p.json").write_text("{}")
    for name, hint in (
        (f"{tmp_path}/p.json", f"to read the file: -f {tmp_path}/p.json"),
        (f"file://{tmp_path}/p.json", f"to read the file: -f {tmp_path}/p.json"),
        (f"{tmp_path}/q.json", ""),
        (str(tmp_path), ""),
    ):
        with pytest.raises(InvalidPolicy) as raised:
            run(f"iam-useruploadpolicy -u b -p p -o {name}", {})
        assert raised.value.hint == hint


def test_the_files_of_a_server_certificate(tmp_path):
    for name, kind in (("b", "CERTIFICATE"), ("c", "CERTIFICATE"), ("k", "RSA PRIVATE KEY")):
        text = f"-----BEGIN {kind}-----\n{name}AAA\n-----END {kind}-----\n"
        (tmp_path / name).write_text(text)
    line = f"iam-servercertupload -s x -b {tmp_path}/b -k {tmp_path}/k"
    answer = {"ServerCertificateMetadata": {"Arn": "a", "ServerCertificateId": "i"}}
    for options, names, shown in (
        ("", ["CertificateBody", "PrivateKey"], []),
        (f"-c {tmp_path}/c -v", ["CertificateBody", "PrivateKey", "CertificateChain"], ["a", "i"]),
    ):
        said, iam = run(f"{line} {options}", {"UploadServerCertificate": answer})
        (_, given) = iam.calls[0]
        sent = {name: value for name, value in given.items() if name != "ServerCertificateName"}
        files = {"CertificateBody": "b", "PrivateKey": "k", "CertificateChain": "c"}
        assert sent == {name: (tmp_path / files[name]).read_text() for name in names}
        assert said == shown


TITLES = [
    "Users",
    "Groups",
    "Roles",
    "Instance profiles",
    "Inline policies",
    "Access keys",
    "Signing certificates",
    "Server certificates",
    "MFA devices",
    "Passwords of users",
    "The account",
]


def test_the_index_of_the_commands():
    for name in ("iamcli", "usercreate", ""):
        with pytest.raises(KeyError):
            index.load(name)
    known = index.groups()
    assert list(known) == TITLES
    assert sum(map(len, known.values())) == len(index.names()) == len(index.commands())
    chosen = index.groups("groups", "users")
    assert list(chosen) == ["Groups", "Users"]
    assert [command.name for command in chosen["Groups"]] == index.modules()["groups"]
