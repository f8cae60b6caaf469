"""Copies of accounts in the sandbox, by their functions: what is loaded, and what is read of it."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from moto.iam.models import iam_backends
from support.copies import UNREAD_CERTIFICATE, snapshot, user, whole
from support.corrections import ARN, BOB, NOON, NUMBER, ROOT, pages, request

from iamcli.cli.sandbox import loading
from iamcli.cli.sandbox.changes import state
from iamcli.cli.sandbox.corrections import account, caller, keys
from iamcli.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator


OF_OTHERS = {"PolicyName": "x", "PolicyArn": "arn:aws:iam::1:policy/x"}
SITE: dict[str, Any] = UNREAD_CERTIFICATE["ServerCertificateMetadata"]


def test_what_is_loaded_is_what_the_snapshot_has(backend):
    content = whole()
    number = content["account"]
    given = json.loads(json.dumps(content).replace(number, NUMBER))
    loading._Loader(backend).load(given)  # noqa: SLF001
    found = state.account_contents()
    owner = found.pop("root")
    # Those of AWS are no part of the account.
    given["policies"] = [each for each in given["policies"] if each["Arn"].startswith(ARN)]
    assert [device["SerialNumber"] for device in owner["MFADevices"]] == [f"{ARN}mfa/root"]
    for kind, entries in found.items():
        # A user without a password has no login profile, which is null in a snapshot.
        expected = state._present(given[kind])  # noqa: SLF001
        for secret in [*found["users"], *found["virtual_mfa_devices"]]:
            (secret.get("LoginProfile") or secret).pop(state.MARK, None)
        by = sorted if isinstance(entries, list) else lambda each, **_: each
        assert by(entries, key=str) == by(expected, key=str), kind


def test_an_account_has_a_secret_in_no_change(backend, ask):
    """But a password or a seed that is replaced is one."""
    ask("CreateUser", **BOB)
    ask("CreateLoginProfile", **BOB, Password="zero")
    shown = []
    for password in ("one", "one", "two"):
        backend.users["bob"].password = password
        [bob] = state.account_contents()["users"]
        shown.append(bob["LoginProfile"][state.MARK])
    assert (shown[0] == shown[1], shown[1] == shown[2]) == (True, False)
    assert state._mark("one") == state._mark(b"one") == shown[0]  # noqa: SLF001
    assert state.account_contents()["root"] is None
    ask("CreateAccessKey", **ROOT)
    [key] = state.account_contents()["root"]["AccessKeyMetadata"]
    never = {"Region": "N/A", "ServiceName": "N/A"}
    assert (key["AccessKeyLastUsed"], "SecretAccessKey" in key) == (never, False)


def test_tags_that_a_copy_lacks_are_not_known():
    iam: Any = None
    tag = [{"Key": "a", "Value": ""}]
    assert [
        state._known_tags(iam, SimpleNamespace(tags=held, **more))  # noqa: SLF001
        for held in ([], tag)
        for more in ({}, {"tags_known": True}, {"tags_known": False})
    ] == [[], [], None, tag, tag, tag]


#: What a copy lacks if an operation was refused.
KINDS = {
    "access-key": "GetAccessKeyLastUsed ListAccessKeys",
    "account-summary": "GetAccountSummary",
    "alias": "ListAccountAliases",
    "instance-profile": "ListInstanceProfiles",
    "login-profile": "GetLoginProfile",
    "mfa-device": "ListMFADevices",
    "password-policy": "GetAccountPasswordPolicy",
    "policy": "ListPolicyTags",
    "role": "ListRoles",
    "server-certificate": "GetServerCertificate ListServerCertificates",
    "service-credential": "ListServiceSpecificCredentials",
    "signing-certificate": "ListSigningCertificates",
    "ssh-key": "GetSSHPublicKey ListSSHPublicKeys",
    "virtual-mfa-device": "ListVirtualMFADevices",
}


def test_which_kinds_a_copy_lacks():
    known = SimpleNamespace(default_version_id="v1")
    iam: Any = SimpleNamespace(managed_policies={"known": known})

    def lacking(*operations: str, **more: Any) -> list[str]:
        unread = [{"operation": name} for name in operations]
        return loading.unknown(snapshot(unread=unread, **more), iam)

    for name, operations in KINDS.items():
        assert [lacking(one) for one in operations.split()] == [[name]] * (
            operations.count(" ") + 1
        )
    assert lacking() == []
    assert lacking("ListRoles", "ListNew", unknown=["role", "alias"]) == [
        "ListNew",
        "alias",
        "role",
    ]
    assert lacking(only_users=[]) == ["membership", "user"]
    iam.managed_policies["unknown"] = SimpleNamespace(default_version_id=None)
    assert lacking() == ["policy"]


@pytest.mark.parametrize(
    ("partition", "region"),
    [
        ("aws", "us-east-1"),
        ("aws-cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-iso", "us-iso-east-1"),
        ("aws-moon", "us-east-1"),
    ],
)
def test_the_region_of_a_copy_is_of_its_partition(partition, region):
    content = json.loads(json.dumps(snapshot()).replace("arn:aws:", f"arn:{partition}:"))
    assert loading.partition_of(content) == partition
    assert loading.region_of(content) == region
    empty = snapshot(users=[], account=None)
    assert (loading.partition_of(empty), loading.region_of(empty)) == ("aws", "us-east-1")


DEVICE = "arn:aws:iam::210987654321:mfa/phone"


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ({"account": NUMBER}, NUMBER),
        ({}, "123456789012"),
        # That of any ARN.
        ({"users": [user("bob")]}, NUMBER),
        ({"server_certificates": [UNREAD_CERTIFICATE]}, NUMBER),
        ({"virtual_mfa_devices": [{"SerialNumber": DEVICE}]}, NUMBER),
    ],
)
def test_the_number_of_a_copy(monkeypatch, more, number):
    monkeypatch.setattr(loading.models, "DEFAULT_ACCOUNT_ID", "123456789012")
    iam = loading.load(snapshot(**{"users": [], "account": None, **more}), "f.json")
    assert (iam.account_id, loading.models.DEFAULT_ACCOUNT_ID) == (number, number)
    assert list(iam.users) == (["bob"] if "users" in more else [])
    del iam_backends[number]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"users": [user("bob", GroupList=["none"])]}, "none is missing"),
        ({"users": [user("bob", CreateDate="today")]}, "Invalid isoformat string: 'today'"),
        (
            {"users": [user("bob", AttachedManagedPolicies=[OF_OTHERS])]},
            "the path, the name and the account do not make the ARN arn:aws:iam::1:policy/x",
        ),
        (
            {
                "server_certificates": [
                    {"ServerCertificateMetadata": {**SITE, "Path": "/elsewhere/"}}
                ]
            },
            f"the path, the name and the account do not make the ARN {SITE['Arn']}",
        ),
        (
            {"virtual_mfa_devices": [{"SerialNumber": DEVICE, "User": user("eve")}]},
            "eve is missing",
        ),
        # What is no ARN is named by its place.
        ({"users": [user("bob"), user("eve", Arn="x")]}, "users[1].Arn is not an ARN: x"),
        ({"users": [user("bob", Arn="a:b")]}, "users[0].Arn is not an ARN: a:b"),
        ({"roles": [{"Arn": ""}]}, "roles[0].Arn is not an ARN: "),
        (
            {"virtual_mfa_devices": [{"SerialNumber": "a"}]},
            "virtual_mfa_devices[0].SerialNumber is not an ARN: a",
        ),
        (
            {"server_certificates": [{"ServerCertificateMetadata": {"Arn": "arn:aws:s3:::b"}}]},
            "server_certificates[0].ServerCertificateMetadata.Arn is not an ARN: arn:aws:s3:::b",
        ),
        (
            {"password_policy": {"MinimumPasswordLength": 10**30}},
            (
                'password_policy: 1 validation error detected: Value "10000000000000000000000000'
                '00000" at "minimumPasswordLength" failed to satisfy constraint: Member must have '
                "value less than or equal to 128"
            ),
        ),
    ],
)
def test_what_contradicts_itself_is_not_loaded(monkeypatch, more, reason):
    monkeypatch.setattr(loading.models, "DEFAULT_ACCOUNT_ID", "123456789012")
    with pytest.raises(Failure) as caught:
        loading.load(snapshot(**more), "f.json")
    iam_backends.pop(NUMBER, None)
    again = "make a new one with iamcli snapshot"
    assert str(caught.value) == f"f.json is damaged: {reason}; {again}"


def test_a_partition_that_moto_lacks_is_refused(monkeypatch):
    monkeypatch.setattr(loading, "PARTITION_NAMES", ["b", "a"])
    with pytest.raises(Failure, match=r"^f\.json is of the partition aws; the sandbox has a, b$"):
        loading.load(snapshot(), "f.json")
    assert NUMBER not in iam_backends


def test_quotas_and_counts_are_those_of_the_summary(backend, ask):
    summary = {"Users": 3, "UsersQuota": 7, "NewQuota": 5, "AccountAccessKeysPresent": 1}
    loading._Loader(backend).load(snapshot(summary=summary))  # noqa: SLF001
    shown = ask("GetAccountSummary")["SummaryMap"]
    assert {name: shown[name] for name in summary} == summary
    assert backend.account_summary.summary_map["UsersQuota"] == 7


@pytest.fixture
def east_of_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the local time differ from UTC."""
    monkeypatch.setenv("TZ", "XXX-5")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("east_of_utc")
def test_a_date_is_in_utc_and_has_its_place_in_a_list():
    for text, expected in (
        (None, None),
        ("2026-05-01T12:00:00Z", NOON),
        ("2026-05-01T14:00:00+02:00", NOON),
        ("2026-05-01T12:00:00.500Z", NOON),
        ("2026-05-01T12:00:00", NOON),
    ):
        assert loading._date(text) == expected  # noqa: SLF001
    assert loading._date("2026-05-01T12:00:00Z", 7) == NOON.replace(microsecond=7)  # noqa: SLF001


def test_which_devices_of_a_user_are_virtual(backend):
    serials = (f"{ARN}mfa/phone", f"{ARN}u2f/user/bob/key", "GAHT12345678", "x:mfa/y")
    held = [{"SerialNumber": serial} for serial in serials]
    spare = [{"SerialNumber": f"{ARN}mfa/spare"}]
    loader = loading._Loader(backend)  # noqa: SLF001
    held[0]["EnableDate"] = "2026-05-01T12:00:00Z"
    other = {**held[0], "EnableDate": "2026-05-02T12:00:00Z", "User": user("bob")}
    content = snapshot(users=[user("bob", MFADevices=held)], virtual_mfa_devices=[other, *spare])
    loader.load(content)
    assert list(backend.users["bob"].mfa_devices) == list(serials)
    # Its place among the others is in the list of the user.
    assert backend.users["bob"].mfa_devices[serials[0]].enable_date == NOON
    assert list(backend.virtual_mfa_devices) == [serials[0], f"{ARN}mfa/spare"]


def test_the_date_of_the_root_user_is_that_of_its_device(backend):
    root = {"UserId": NUMBER, "Arn": f"{ARN}root", "CreateDate": "2026-05-01T12:00:00Z"}
    device = {"SerialNumber": f"{ARN}mfa/root", "User": root, "EnableDate": "2026-05-02T12:00:00Z"}
    loading._Loader(backend).load(snapshot(virtual_mfa_devices=[device]))  # noqa: SLF001
    owner = caller.root(backend)
    assert owner.create_date == NOON
    assert owner.mfa_devices[f"{ARN}mfa/root"].enable_date == NOON.replace(day=2)


def test_a_snapshot_of_an_old_release_lacks_some_kinds(backend):
    old = {"users": [{**user("bob"), "LoginProfile": {}}, user("eve", LoginProfile={"x": 1})]}
    loading._Loader(backend).load(old)  # noqa: SLF001
    bob, eve = (backend.users[name] for name in ("bob", "eve"))
    assert (bob.password, bool(eve.password), eve.password_reset_required) == (None, True, False)
    assert (backend.account_aliases, backend.account_password_policy) == ([], None)
    assert account.get_account_summary(backend, request(""))["SummaryMap"]["Users"] == 2


def test_a_policy_of_a_copy(backend):
    content = whole()
    [own] = [each for each in content["policies"] if ":aws:policy" not in each["Arn"]]
    own = json.loads(json.dumps(own).replace(content["account"], NUMBER))
    own |= {"PolicyVersionList": own["PolicyVersionList"][:1], "Tags": None}
    del own["Tags"], own["Description"]
    [version] = own["PolicyVersionList"]
    ten = [{**version, "VersionId": name} for name in ("v10", "v9")]
    for versions, following in (([], 1), ([version], int(version["VersionId"][1:]) + 1), (ten, 11)):
        loading._Loader(backend).policy({**own, "PolicyVersionList": versions})  # noqa: SLF001
        held = backend.managed_policies[own["Arn"]]
        assert (held.next_version_num, held.description, held.tags_known) == (following, "", False)
    wrong = {**own, "Path": "/elsewhere/"}
    with pytest.raises(ValueError, match="do not make the ARN"):
        loading._Loader(backend).policy(wrong)  # noqa: SLF001


@pytest.mark.parametrize("path", ["/x/", "/x:policy/y/"])
def test_a_policy_that_is_only_attached_is_not_compared(backend, ask, path):
    arn = f"{ARN}policy{path}own"
    attached = {"PolicyName": "own", "PolicyArn": arn}
    content = snapshot(users=[user("bob", AttachedManagedPolicies=[attached])])
    loading._Loader(backend).load(content)  # noqa: SLF001
    found = state.account_contents()
    assert (found["policies"], loading.unknown(content, backend)) == ([], ["policy"])
    assert found["users"][0]["AttachedManagedPolicies"] == [attached]
    [listed] = ask("ListPolicies", Scope="Local")["Policies"]
    assert listed == {
        "PolicyName": "own",
        "Arn": arn,
        "Path": path,
        "IsAttachable": True,
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 0,
    }
    assert ask("GetAccountAuthorizationDetails")["Policies"] == []


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_an_attached_policy_of_aws_has_its_document(backend, partition):
    arn = f"arn:{partition}:iam::aws:policy/ReadOnlyAccess"
    attached = {"PolicyName": "ReadOnlyAccess", "PolicyArn": arn}
    text = json.dumps(snapshot(users=[user("bob", AttachedManagedPolicies=[attached])]))
    content = json.loads(text.replace("arn:aws:", f"arn:{partition}:"))
    iam = iam_backends[backend.account_id][partition]
    loading._Loader(iam).load(content)  # noqa: SLF001
    assert (loading.unknown(content, iam), state.account_contents()["policies"]) == ([], [])


def test_the_keys_of_a_copy(backend, ask):
    date = "2026-05-01T12:00:00Z"
    used: tuple[dict[str, Any], ...] = (
        {},
        {"AccessKeyLastUsed": {}},
        {"AccessKeyLastUsed": {"LastUsedDate": date}},
        {"AccessKeyLastUsed": {"LastUsedDate": date, "ServiceName": "s3", "Region": "r"}},
    )
    held = [
        {"AccessKeyId": f"AKIA{9 - number}", "Status": status, "CreateDate": date, **more}
        for number, (status, more) in enumerate(zip(("Active", "Inactive") * 2, used, strict=True))
    ]
    content = snapshot(users=[user("bob", AccessKeyMetadata=held)])
    loading._Loader(backend).load(content)  # noqa: SLF001
    never = {"ServiceName": "N/A", "Region": "N/A"}
    assert [keys.last_use(key) for key in backend.users["bob"].access_keys] == [
        None,
        never,
        {**never, "LastUsedDate": NOON},
        {"LastUsedDate": NOON, "ServiceName": "s3", "Region": "r"},
    ]
    # In the order of the copy, also if the dates are equal.
    shown = ask("ListAccessKeys", **BOB)["AccessKeyMetadata"]
    assert [(each["AccessKeyId"], each["Status"]) for each in shown] == [
        ("AKIA9", "Active"),
        ("AKIA8", "Inactive"),
        ("AKIA7", "Active"),
        ("AKIA6", "Inactive"),
    ]
    assert {identity: key.user_name for identity, key in backend.access_keys.items()} == {
        each["AccessKeyId"]: "bob" for each in held
    }
    for key in backend.users["bob"].access_keys:
        key.create_date = NOON.replace(day=7 if key.access_key_id == "AKIA6" else 8)
    found = pages(ask, "ListAccessKeys", "AccessKeyMetadata", **BOB)
    assert [each["AccessKeyId"] for each in found] == ["AKIA6", "AKIA7", "AKIA8", "AKIA9"]
