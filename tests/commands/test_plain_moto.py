"""All commands against a plain moto server, as many people's tests use it.

The other tests use a moto with the corrections of the sandbox.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support import certificates
from support.legacy_requests import INTERFACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.forked import ForkRunner
    from support.shell import Shell

pytestmark = pytest.mark.releases

#: Command lines that use each command, in an order that works. ``@NAME`` is a value that an earlier
#: line printed.
LINES = r"""
iam-accountaliascreate -a my-company
iam-accountaliaslist
iam-accountaliasdelete -a my-company
iam-accountmodpasswordpolicy -m 10
iam-accountgetpasswordpolicy
iam-accountdelpasswordpolicy
iam-accountgetsummary
iam-groupcreate -g Admin -p /staff/
iam-groupuploadpolicy -g Admin -p all -f policy.json
iam-groupaddpolicy -g Admin -p read -e Allow -a s3:Get* -r *
iam-grouplistpolicies -g Admin
iam-groupdelpolicy -g Admin -p all
iam-groupmod -g Admin -n Admins
iam-grouplistbypath
iam-usercreate -u bob -p /staff/ -g Admins -k -v
iam-usergetattributes -u bob
iam-userlistbypath
iam-usermod -u bob -p /staff/east/
iam-groupcreate -g Developers
iam-groupadduser -g Developers -u bob
iam-grouplistusers -g Developers
iam-userlistgroups -u bob
iam-groupremoveuser -g Developers -u bob
iam-useraddkey -u bob
iam-userlistkeys -u bob
iam-usermodkey -u bob -k @key -s Inactive
iam-userdelkey -u bob -k @key
iam-useruploadpolicy -u bob -p all -f policy.json
iam-useraddpolicy -u bob -p read -e Allow -a s3:Get* -r *
iam-userlistpolicies -u bob
iam-userdelpolicy -u bob -p all
iam-useraddloginprofile -u bob -p Secret12345!
iam-usergetloginprofile -u bob
iam-usermodloginprofile -u bob -p Secret54321!
iam-userdelloginprofile -u bob
iam-userchangepassword -o Secret54321! -n Secret12345!
iam-useraddcert -u bob -f cert.pem
iam-userlistcerts -u bob
iam-usermodcert -u bob -c @certificate -s Inactive
iam-userdelcert -u bob -c @certificate
iam-virtualmfadevicecreate -s bob-phone -b Base32String -o seed.txt
iam-virtualmfadevicelist -t Any
iam-userenablemfadevice -u bob -s @device -c1 123456 -c2 654321
iam-userlistmfadevices -u bob
iam-userresyncmfadevice -u bob -s @device -c1 123456 -c2 654321
iam-userdeactivatemfadevice -u bob -s @device
iam-virtualmfadevicedel -s @device
iam-servercertupload -s front -b cert.pem -k key.pem
iam-servercertgetattributes -s front
iam-servercertlistbypath
iam-servercertmod -s front -n back
iam-servercertdel -s front
iam-rolecreate -r web -s ec2.amazonaws.com
iam-rolegetattributes -r web
iam-rolelistbypath
iam-roleupdateassumepolicy -r web -s ec2.amazonaws.com
iam-roleuploadpolicy -r web -p all -f policy.json
iam-roleaddpolicy -r web -p read -e Allow -a s3:Get* -c *
iam-rolelistpolicies -r web
iam-roledelpolicy -r web -p all
iam-instanceprofilecreate -s front
iam-instanceprofilelistbypath
iam-instanceprofileaddrole -s front -r web
iam-instanceprofilelistforrole -r web
iam-instanceprofilegetattributes -s front -r
iam-instanceprofileremoverole -s front -r web
iam-instanceprofiledel -s front
iam-roledel -r web -c
iam-userdel -u bob -r -p
iam-userdel -u bob -r
iam-groupdel -g Admins -r
"""

#: What a plain moto refuses, although the service does not: the text of the error.
_VERSION = "MalformedPolicyDocument: Policy document must be version 2012-10-17 or greater."
_LACKS = "unexpected HTTP 500 from {url} for {}, not an IAM response; {} may have taken effect"
REFUSED = {
    "iam-groupaddpolicy": _VERSION,
    "iam-roleaddpolicy": _VERSION,
    "iam-roleupdateassumepolicy": _VERSION,
    "iam-servercertmod": "UpdateServerCertificate",
    "iam-useraddpolicy": _VERSION,
    "iam-userchangepassword": "ChangePassword",
    "iam-userresyncmfadevice": "ResyncMFADevice",
}
#: The list that a plain moto lacks.
LIST = "ListServiceSpecificCredentials"
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
#: The values that these commands print first.
PRINTED = {
    "iam-useraddkey": "@key",
    "iam-useraddcert": "@certificate",
    "iam-virtualmfadevicecreate": "@device",
}
SERVER = """
import time
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(*server.get_host_and_port(), flush=True)
time.sleep(3600)
"""


@pytest.fixture
def plain(run: Shell) -> Iterator[str]:
    """The URL of a plain moto server."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = run.start(sys.executable, "-c", SERVER, **pipes)
    try:
        host, port = process.stdout.readline().decode().split()
        yield f"http://{host}:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def run_plain(plain: str, run_fast: ForkRunner) -> ForkRunner:
    """Run commands against a plain moto server, in a folder with the files that LINES name."""
    run_fast.env |= {"AWS_IAM_URL": plain, "AWS_MAX_ATTEMPTS": "1"}
    (run_fast.home / "policy.json").write_text(POLICY)
    pem = certificates.self_signed(run_fast.home / "both.pem").read_text()
    key, begin, certificate = pem.partition("-----BEGIN CERTIFICATE")
    (run_fast.home / "key.pem").write_text(key)
    (run_fast.home / "cert.pem").write_text(f"{begin}{certificate}")
    return run_fast


def test_all_commands(run_plain):
    lines = LINES.strip().splitlines()
    names = json.loads((INTERFACE / "commands.json").read_text())["commands"]
    assert {line.split()[0] for line in lines} == names.keys()
    values: dict[str, str] = {}
    for line in lines:
        name, *words = line.split()
        done = run_plain(name, *(values.get(word, word) for word in words))
        if name in REFUSED:
            operation = REFUSED[name]
            text = _LACKS.format(operation, operation, url=run_plain.env["AWS_IAM_URL"])
            reason = operation if operation == _VERSION else text
            assert (done.status, done.out) == (1, ""), line
            assert done.err.startswith(f"{name}: {reason}"), line
        elif words[-1:] == ["-p"]:
            note = f"{LIST} failed with HTTP 500, not an IAM response; the list may be incomplete"
            assert (done.status, done.err) == (0, f"{name}: {note}\n"), line
            assert "groups\n\tarn:aws:iam::123456789012:group/staff/Admins\n" in done.out, line
        else:
            assert (done.status, done.err) == (0, ""), line
        if name in PRINTED:
            values[PRINTED[name]] = done.out.split()[0]
    for listing in ("iam-userlistbypath", "iam-grouplistbypath", "iam-rolelistbypath"):
        left = "arn:aws:iam::123456789012:group/Developers\n" if "group" in listing else ""
        assert run_plain(listing).out == f"{left}IsTruncated: false\n"
