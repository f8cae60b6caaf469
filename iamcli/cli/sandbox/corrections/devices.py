"""MFA devices."""

from __future__ import annotations

import base64
import io
from typing import Any
from urllib.parse import quote

from iamcli.cli.sandbox.corrections.caller import shown_name
from iamcli.cli.sandbox.corrections.lists import listing, listing_of_user, named
from iamcli.cli.sandbox.corrections.protocol import Backend, Request, Result, operation
from iamcli.cli.sandbox.corrections.tags import tags, write
from iamcli.cli.sandbox.corrections.users import summary as user_summary


@operation("CreateVirtualMFADevice")
def create_virtual_mfa_device(iam: Backend, request: Request) -> Result:
    """Take tags, and draw the QR code of the seed; moto sends 64 random bytes.

    Without the library segno, there is no QR code. Source: API reference, CreateVirtualMFADevice
    and VirtualMFADevice.
    """
    name = request.get("VirtualMFADeviceName")
    device: Any = iam.create_virtual_mfa_device(name, request.get("Path", "/"))
    write(iam, device, request.get("Tags", []))
    seed = _seed(device)
    return {
        "VirtualMFADevice": {
            "SerialNumber": device.serial_number,
            "Base32StringSeed": seed.encode(),
            "QRCodePNG": _picture(f"{name}@{iam.account_id}", seed),
            "Tags": tags(iam, device) or None,
        }
    }


def _seed(device: Any) -> str:
    """Return the seed of a virtual MFA device; moto 5.1 keeps it encoded."""
    kept = str(device.base32_string_seed)
    return kept if kept.isalnum() and kept.isupper() else base64.b64decode(kept).decode()


def _picture(label: str, seed: str) -> bytes | None:
    """Return the QR code as a PNG image, None without segno."""
    try:
        import segno
    except ImportError:
        return None
    picture = io.BytesIO()
    address = f"otpauth://totp/{quote(label)}?secret={seed}&issuer=AWS"
    segno.make(address).save(picture, kind="png", scale=4)
    return picture.getvalue()


def summary(device: Any) -> Result:
    """Return the MFA device of a user as lists show it."""
    return {"SerialNumber": device.serial_number, "EnableDate": device.enable_date}


listing_of_user(
    "ListMFADevices",
    "MFADevices",
    lambda user: user.mfa_devices.values(),
    summary,
    ("EnableDate", "SerialNumber"),
)


def virtual(device: Any) -> Result:
    """Return a virtual MFA device as lists show it, with the user as it is now."""
    user = device.user
    return {
        "SerialNumber": device.serial_number,
        "User": {**user_summary(user), "UserName": shown_name(user.name)} if user else None,
        "EnableDate": device.enable_date if user else None,
    }


def _with_status(iam: Backend, request: Request) -> list[Any]:
    """Return the virtual MFA devices that are assigned, or are not, as ``request`` wants."""
    status = request.get("AssignmentStatus", "Any")
    return [
        device
        for device in iam.virtual_mfa_devices.values()
        if status == "Any" or (status == "Assigned") == bool(device.user)
    ]


listing(
    "ListVirtualMFADevices",
    "VirtualMFADevices",
    _with_status,
    virtual,
    lambda device: named(device.serial_number),
)


@operation("ResyncMFADevice")
def resync_mfa_device(_iam: Backend, _request: Request) -> None:
    """Accept any codes; moto lacks the operation. Source: API reference, ResyncMFADevice."""
