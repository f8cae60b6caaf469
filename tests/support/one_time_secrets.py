"""Commands that show a secret once, and a service for them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, NamedTuple

from support.stub import Stub, canned, ok

if TYPE_CHECKING:
    from support.stub import Answer, Endpoint

NEW_ID = "AKIAI44QH8DHBEXAMPLE"

NEW_SECRET = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

SERIAL = "arn:aws:iam::123456789012:mfa/phone"

PICTURE = b"\x89PNG\r\n\x1a\n picture"


def base64_of(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


KEY = ok(
    "CreateAccessKey",
    f"<AccessKey><UserName>bob</UserName><AccessKeyId>{NEW_ID}</AccessKeyId>"
    f"<Status>Active</Status><SecretAccessKey>{NEW_SECRET}</SecretAccessKey></AccessKey>",
)


def device(serial: str = SERIAL, seed: bytes | str = SEED) -> Answer:
    """Return the answer that a virtual MFA device was created."""
    return ok(
        "CreateVirtualMFADevice",
        f"<VirtualMFADevice><SerialNumber>{serial}</SerialNumber><Base32StringSeed>"
        f"{base64_of(seed)}</Base32StringSeed><QRCodePNG>{base64_of(PICTURE)}</QRCodePNG>"
        "</VirtualMFADevice>",
    )


DEVICE = device()

USER = canned("CreateUser")


class Once(NamedTuple):
    """A command that shows a secret once."""

    arguments: tuple[str, ...]
    create: str
    delete: str
    what: str
    state: str = ""
    state_left: str = ""

    @property
    def remedy(self) -> str:
        """The command that deletes what was created."""
        return "iam-userdelkey" if "Key" in self.create else "iam-virtualmfadevicedel"


ONCE = {
    "key": Once(
        ("iam-useraddkey", "-u", "bob"),
        "CreateAccessKey",
        "DeleteAccessKey",
        f"access key {NEW_ID}",
    ),
    "user": Once(
        ("iam-usercreate", "-u", "bob", "-k"),
        "CreateAccessKey",
        "DeleteAccessKey",
        f"access key {NEW_ID}",
        "iam-usercreate: created: user bob; not created: access key\n",
        "iam-usercreate: created: user bob, access key; not created: nothing\n",
    ),
    "seed": Once(
        ("iam-virtualmfadevicecreate", "-s", "phone", "-b", "Base32String"),
        "CreateVirtualMFADevice",
        "DeleteVirtualMFADevice",
        f"virtual MFA device {SERIAL}",
    ),
}


def service(stub: Stub) -> Endpoint:
    """A service that creates and deletes whatever it is asked to."""
    return (
        stub.endpoint()
        .on("CreateAccessKey", KEY)
        .on("CreateUser", USER)
        .on("CreateVirtualMFADevice", DEVICE)
        .on("DeleteAccessKey", ok("DeleteAccessKey"))
        .on("DeleteVirtualMFADevice", ok("DeleteVirtualMFADevice"))
    )
