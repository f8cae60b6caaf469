"""MFA devices."""

from __future__ import annotations

from iamcli.operations.pagination import Listing
from iamcli.parsing.options import Limit, Option
from iamcli.parsing.shared import (
    CODE1,
    CODE2,
    NAME_CHARACTERS,
    OUTPUT_FILE,
    OWN_USER,
    PAGING,
    PATH,
    SERIAL,
    USER,
    VERBOSE,
    name_limit,
)
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

DEVICE = Option(
    "-s",
    "DEVICENAME",
    "device",
    "the name of the new device",
    required=True,
    limits=f"1 to 226 characters: {NAME_CHARACTERS}; the name becomes part of the serial number",
    limit=name_limit("a name of an MFA device", 226),
    brief="1 to 226 characters",
)
BOOTSTRAP = Option(
    "-b",
    "BOOTSTRAPMETHOD",
    "method",
    "the format of the seed",
    required=True,
    choices=("Base32String", "Base32StringSeed", "QRCodePNG"),
)
ASSIGNMENT = Option(
    "-t",
    "ASSIGNMENTSTATUS",
    "status",
    "devices to list",
    required=True,
    limits="`Assigned`, `Unassigned` or `Any`; sent as typed",
    limit=Limit("an assignment status", 1, 10, "Assigned|Unassigned|Any"),
    complete="assignment",
)


@command(
    DEVICE,
    BOOTSTRAP,
    OUTPUT_FILE.replace(help="write the seed or the QR code to this file"),
    PATH.replace(help="create the device under this path"),
    creates=True,
    secret=True,
)
def virtualmfadevicecreate(
    iam: IAM, device: str, method: str, file: str | None, path: str | None
) -> Lines:
    """Create a virtual MFA device and print or save its seed or QR code.

    `QRCodePNG` is a QR code of the seed, which the app scans.
    `Base32String` and `Base32StringSeed` mean the same: the seed in base32, 64 letters and digits,
    which you type or paste into the app.
    Enable the device with iam-userenablemfadevice(1).

    Does: adds a virtual MFA device to the account. The device is not yet assigned to a user.
    Notes: The command checks that it can write the seed before it creates the device.
    If writing still fails, the device is deleted.
    Warning: An authenticator app computes the codes of the device from the seed, which cannot be
    retrieved later.
    Anyone who has the seed can compute the codes, so keep it secret.
    Output: The serial number, which is the device's ARN.
    `Base32String` or `Base32StringSeed` without -o: then the seed.
    `QRCodePNG` without -o: the QR code, drawn in black on white; if standard output is not a
      terminal, or the terminal is too small, nothing is sent.
    With -o: only the serial number; the file contains the seed as one line, or the QR code as a PNG
      image.
    Differs: An existing file is never overwritten.
    Example: Create a device and write its seed to a file.
      $ iam-virtualmfadevicecreate -s bob-phone -b Base32String -o seed.txt
    Example: Create a device and save its QR code; open the image and scan it with the app.
      $ iam-virtualmfadevicecreate -s bob-watch -b QRCodePNG -o code.png
    Calls: CreateVirtualMFADevice
    """
    from iamcli.operations import one_time_secrets

    if file is not None:
        return one_time_secrets.seed_in_file(iam, device, path, file, picture=method == "QRCodePNG")
    if method == "QRCodePNG":
        return one_time_secrets.seed_drawn(iam, device, path)
    return one_time_secrets.seed_shown(iam, device, path)


@command(SERIAL)
def virtualmfadevicedel(iam: IAM, serial: str) -> None:
    """Delete a virtual MFA device.

    The service refuses to delete a device that is enabled for a user; deactivate it first with
    iam-userdeactivatemfadevice(1).

    Does: removes a virtual MFA device from the account.
    Output: Nothing.
    Example: Delete a virtual MFA device.
      $ iam-virtualmfadevicedel -s arn:aws:iam::123456789012:mfa/bob-phone
    Calls: DeleteVirtualMFADevice
    """
    iam.call("DeleteVirtualMFADevice", SerialNumber=serial)


@command(
    ASSIGNMENT,
    VERBOSE.replace(help="also print each device's user and when it was enabled"),
    *PAGING,
)
def virtualmfadevicelist(
    iam: IAM, status: str, verbose: bool, max_items: int | None, marker: str | None
) -> Lines:
    """List the virtual MFA devices in the account.

    Hardware MFA devices, FIDO security keys and passkeys are not included; to list those of a user,
    use iam-userlistmfadevices(1).

    Does: prints the serial number of each virtual MFA device that -t selects.
    Output: One serial number per line, then the footer.
    With -v: after each device that is enabled for a user, the user's ARN, and on the next line the
      date on which the device was enabled.
    Example: List all devices with their users.
      $ iam-virtualmfadevicelist -t Any -v
    Calls: ListVirtualMFADevices
    """
    listing = Listing(iam, "ListVirtualMFADevices", max_items, marker, AssignmentStatus=status)
    for device in listing.entries("VirtualMFADevices"):
        yield device["SerialNumber"]
        if verbose:
            user = device.get("User", {})
            yield from filter(None, (user.get("Arn"), device.get("EnableDate")))
    yield from listing.footer()


@command(USER, SERIAL, CODE1, CODE2)
def userenablemfadevice(iam: IAM, user: str, serial: str, code1: str, code2: str) -> None:
    """Enable an MFA device for a user.

    Specify two consecutive codes from the device, and run the command as soon as the device shows
    the second code, because codes expire quickly.
    A user can have up to 8 MFA devices.
    FIDO security keys, passkeys and MFA devices of the root user can be registered only in the AWS
    Management Console.

    Does: assigns an MFA device to a user. To sign in, the user then needs this or another MFA
      device of the user.
    Output: Nothing.
    Example: Enable a virtual MFA device for a user.
      $ iam-userenablemfadevice -u bob -s arn:aws:iam::123456789012:mfa/bob-phone -c1 123456 -c2 654321
    Calls: EnableMFADevice
    """  # noqa: E501 - a command line is not wrapped
    _with_codes(iam, "EnableMFADevice", user, serial, code1, code2)


@command(USER, SERIAL, CODE1, CODE2)
def userresyncmfadevice(iam: IAM, user: str, serial: str, code1: str, code2: str) -> None:
    """Resynchronize an MFA device whose codes are refused.

    The service refuses the codes of a device if the clock or counter of the device has drifted.
    Specify two consecutive codes from the device, and run the command as soon as the device shows
    the second code, because codes expire quickly.

    Does: sends two consecutive codes of an MFA device, so that its codes are accepted again.
    Output: Nothing.
    Example: Resynchronize a device.
      $ iam-userresyncmfadevice -u bob -s arn:aws:iam::123456789012:mfa/bob-phone -c1 123456 -c2 654321
    Calls: ResyncMFADevice
    """  # noqa: E501 - a command line is not wrapped
    _with_codes(iam, "ResyncMFADevice", user, serial, code1, code2)


def _with_codes(iam: IAM, operation: str, user: str, serial: str, code1: str, code2: str) -> None:
    codes = {"AuthenticationCode1": code1, "AuthenticationCode2": code2}
    iam.call(operation, UserName=user, SerialNumber=serial, **codes)


@command(USER, SERIAL)
def userdeactivatemfadevice(iam: IAM, user: str, serial: str) -> None:
    """Deactivate an MFA device and remove it from its user.

    The user then signs in without a code from this device.
    A virtual MFA device stays in the account until you delete it with iam-virtualmfadevicedel(1).

    Does: ends the assignment of an MFA device to a user.
    Output: Nothing.
    Example: Deactivate a device.
      $ iam-userdeactivatemfadevice -u bob -s arn:aws:iam::123456789012:mfa/bob-phone
    Calls: DeactivateMFADevice
    """
    iam.call("DeactivateMFADevice", UserName=user, SerialNumber=serial)


@command(OWN_USER, *PAGING)
def userlistmfadevices(
    iam: IAM, user: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List a user's MFA devices.

    The list contains devices of all kinds, including FIDO security keys and passkeys.

    Does: prints the serial number of each MFA device that is enabled for a user.
    Output: One serial number per line, then the footer.
    Example: List a user's MFA devices.
      $ iam-userlistmfadevices -u bob
    Calls: ListMFADevices
    """
    listing = Listing(iam, "ListMFADevices", max_items, marker, UserName=user)
    return listing.lines("MFADevices", "SerialNumber")
