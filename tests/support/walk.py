"""Each command once, in an order that works."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support import certificates
from support.legacy_requests import INTERFACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.forked import Done, ForkRunner

#: The command lines. ``@NAME`` is a value that an earlier line printed.
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

#: The values that these commands print first.
PRINTED = {
    "iam-useraddkey": "@key",
    "iam-useraddcert": "@certificate",
    "iam-virtualmfadevicecreate": "@device",
}
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


def walk(run: ForkRunner) -> Iterator[tuple[str, Done]]:
    """Run each line, and yield it with what it did; values that are not known stay ``@NAME``."""
    (run.home / "policy.json").write_text(POLICY)
    pem = certificates.self_signed(run.home / "both.pem").read_text()
    key, begin, certificate = pem.partition("-----BEGIN CERTIFICATE")
    (run.home / "key.pem").write_text(key)
    (run.home / "cert.pem").write_text(f"{begin}{certificate}")
    lines = LINES.strip().splitlines()
    names = json.loads((INTERFACE / "commands.json").read_text())["commands"]
    assert {line.split()[0] for line in lines} == names.keys()
    values: dict[str, str] = {}
    for line in lines:
        name, *words = line.split()
        done = run(name, *(values.get(word, word) for word in words))
        if name in PRINTED and done.status == 0:
            values[PRINTED[name]] = done.out.split()[0]
        yield line, done
