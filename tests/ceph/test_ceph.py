"""The commands with the gateway of Ceph, which verifies signatures and permissions.

differences.txt lists what the transcripts show differently there, and why. Each test has an account of
its own.
"""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.differences import Differences
from support.transcripts import TRANSCRIPTS
from support.walk import walk

if TYPE_CHECKING:
    from support.forked import ForkRunner
    from support.shell import Shell

HERE = Path(__file__).resolve().parent
URL = os.environ.get("CEPH_URL", "")
if not URL:
    pytest.skip("Ceph has a run of its own: make test-ceph", allow_module_level=True)

from cluster import Cluster  # noqa: E402 - only tests/ceph/run has it on the path

#: The operations that the gateway lacks, by the command that needs one.
MISSING = {
    "iam-accountaliascreate": "CreateAccountAlias",
    "iam-accountaliasdelete": "DeleteAccountAlias",
    "iam-accountaliaslist": "ListAccountAliases",
    "iam-accountdelpasswordpolicy": "DeleteAccountPasswordPolicy",
    "iam-accountgetpasswordpolicy": "GetAccountPasswordPolicy",
    "iam-accountgetsummary": "GetAccountSummary",
    "iam-accountmodpasswordpolicy": "GetAccountPasswordPolicy",
    "iam-instanceprofileaddrole": "AddRoleToInstanceProfile",
    "iam-instanceprofilecreate": "CreateInstanceProfile",
    "iam-instanceprofiledel": "DeleteInstanceProfile",
    "iam-instanceprofilegetattributes": "GetInstanceProfile",
    "iam-instanceprofilelistbypath": "ListInstanceProfiles",
    "iam-instanceprofilelistforrole": "ListInstanceProfilesForRole",
    "iam-instanceprofileremoverole": "RemoveRoleFromInstanceProfile",
    "iam-servercertdel": "DeleteServerCertificate",
    "iam-servercertgetattributes": "GetServerCertificate",
    "iam-servercertlistbypath": "ListServerCertificates",
    "iam-servercertmod": "UpdateServerCertificate",
    "iam-servercertupload": "UploadServerCertificate",
    "iam-useraddcert": "UploadSigningCertificate",
    "iam-useraddloginprofile": "CreateLoginProfile",
    "iam-userchangepassword": "ChangePassword",
    "iam-userdeactivatemfadevice": "DeactivateMFADevice",
    "iam-userdelcert": "DeleteSigningCertificate",
    "iam-userdelloginprofile": "DeleteLoginProfile",
    "iam-userenablemfadevice": "EnableMFADevice",
    "iam-usergetloginprofile": "GetLoginProfile",
    "iam-userlistcerts": "ListSigningCertificates",
    "iam-userlistmfadevices": "ListMFADevices",
    "iam-usermodcert": "UpdateSigningCertificate",
    "iam-usermodloginprofile": "UpdateLoginProfile",
    "iam-userresyncmfadevice": "ResyncMFADevice",
    "iam-virtualmfadevicecreate": "CreateVirtualMFADevice",
    "iam-virtualmfadevicedel": "DeleteVirtualMFADevice",
    "iam-virtualmfadevicelist": "ListVirtualMFADevices",
}

#: What changes from run to run, in the forms it has here.
VOLATILE = re.compile(
    r"(?P<KEYID>\b(?!RGW)[A-Z0-9]{20}\b)"
    r"|(?P<ID>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    r"|(?P<SECRET>^[A-Za-z0-9/+]{40}$)"
    r"|(?P<DATE>\b\d{4}-\d\d-\d\dT[0-9:.+]+Z?)"
    r"|(?P<PORT>(?<=http://127\.0\.0\.1:)\d+)",
    re.MULTILINE,
)


def adapted(text: str) -> str:
    """Return ``text`` with the number of the account, and IDs that do not say what they are of."""
    seen: dict[str, str] = {}
    text = re.sub(r"\bRGW\d{17}\b", "123456789012", text)
    numbered = lambda match: seen.setdefault(match[0], f"<ID-{len(seen) + 1}>")  # noqa: E731
    return re.sub(r"<(?:ROLE)?ID-\d+>", numbered, text)


DIFFERENCES = Differences(HERE / "differences.txt", VOLATILE, adapted)


class Account(NamedTuple):
    id: str
    key: str
    secret: str


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    return Cluster(Path(os.environ["CEPH_ROOT"]), Path(os.environ["CEPH_FOLDER"]))


NUMBERS = itertools.count()


@pytest.fixture
def account(cluster: Cluster) -> Account:
    """An empty account, and the access key of its root user."""
    name = f"{os.getpid()}-{next(NUMBERS)}"
    key = f"ROOT{name.replace('-', 'X'):0>16}"
    secret = "s3cr3tOfTheRootUserOfThisAccountOfCeph00"
    return Account(cluster.account(name, key, secret), key, secret)


@pytest.fixture
def as_root(run: Shell, account: Account, credential_file: Path) -> Shell:
    """The environment of the account's root user."""
    credential_file.write_text(f"AWSAccessKeyId={account.key}\nAWSSecretKey={account.secret}\n")
    run.env["AWS_IAM_URL"] = URL
    return run


@pytest.mark.parametrize(
    "file", [file for file in TRANSCRIPTS if file.stem not in MISSING], ids=lambda file: file.stem
)
def test_transcript(file, as_root, forked, stub, monkeypatch):
    DIFFERENCES.check(file, forked, stub, URL, monkeypatch)
