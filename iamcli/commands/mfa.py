"""MFA devices."""

from __future__ import annotations

from iamcli.operations import one_time_secrets
from iamcli.operations.pagination import Listing
from iamcli.parsing.options import Option
from iamcli.parsing.shared import CODE1, CODE2, OWN_USER, PAGING, PATH, SERIAL, USER, VERBOSE
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

DEVICE = Option(
    "-s",
    "DEVICENAME",
    "device",
    "the device's name",
    required=True,
    limits="letters, digits and any of `+=,.@-_`; it becomes part of the serial number",
)
BOOTSTRAP = Option(
    "-b",
    "BOOTSTRAPMETHOD",
    "method",
    "how the seed is handed over",
    required=True,
    choices=("Base32String", "Base32StringSeed", "QRCodePNG"),
)
SEED_FILE = Option(
    "-o",
    "OUTPUTFILE",
    "file",
    "write the seed or the picture to this new file",
    limits="it must not exist yet; it is made readable for its owner alone",
    default="standard output",
    complete="file",
)
ASSIGNMENT = Option(
    "-t",
    "ASSIGNMENTSTATUS",
    "status",
    "which devices to list",
    required=True,
    limits="`Assigned`, `Unassigned` or `Any`, sent as typed",
    complete="assignment",
)


@command("iam-virtualmfadevicecreate", DEVICE, BOOTSTRAP, SEED_FILE, PATH)
def virtualmfadevicecreate(
    iam: IAM, device: str, method: str, file: str | None, path: str | None
) -> Lines:
    """Create a virtual MFA device.

    A virtual device is a seed from which an authenticator app computes codes.
    Whoever has the seed has the device: it is handed over here and never again, as text or as a QR
    code.
    The device does nothing until it is given to a user, see iam-userenablemfadevice(1).
    The place for the seed is made ready before the device is created; where the seed cannot be
    written all the same, the device is deleted again.

    Output: The serial number, which is the device's ARN.
    `Base32String` and `Base32StringSeed` without -o: the seed on the next line.
    `QRCodePNG` without -o: the QR code, drawn with characters on a terminal; anywhere else it is
      refused before anything is sent.
    With -o: nothing more; the file holds the seed as one line, or the QR code as a PNG picture.
    Differs: An existing file is never overwritten.
    Example: Create a device and put its seed into a file.
      $ iam-virtualmfadevicecreate -s bob-phone -b Base32String -o seed.txt
    Calls: CreateVirtualMFADevice
    """
    if file is not None:
        return one_time_secrets.seed_in_file(iam, device, path, file, picture=method == "QRCodePNG")
    if method == "QRCodePNG":
        return one_time_secrets.seed_drawn(iam, device, path)
    return one_time_secrets.seed_shown(iam, device, path)


@command("iam-virtualmfadevicedel", SERIAL)
def virtualmfadevicedel(iam: IAM, serial: str) -> Lines:
    """Delete a virtual MFA device.

    The service refuses to delete a device that a user has; take it away first, see
    iam-userdeactivatemfadevice(1).

    Output: Nothing.
    Example: Delete a device.
      $ iam-virtualmfadevicedel -s arn:aws:iam::123456789012:mfa/bob-phone
    Calls: DeleteVirtualMFADevice
    """
    iam.call("DeleteVirtualMFADevice", SerialNumber=serial)
    yield from ()


@command(
    "iam-virtualmfadevicelist",
    ASSIGNMENT,
    VERBOSE.replace(help="print whose it is, and since when"),
    *PAGING,
)
def virtualmfadevicelist(
    iam: IAM, status: str, verbose: bool, max_items: int | None, marker: str | None
) -> Lines:
    """List the virtual MFA devices of the account.

    Devices of hardware are listed by iam-userlistmfadevices(1) only.

    Output: One serial number a line, then the footer.
    With -v: below the serial number of a device that a user has, the user's ARN, and below that the
      date on which the user got it.
    Example: List all devices, and whose they are.
      $ iam-virtualmfadevicelist -t Any -v
    Calls: ListVirtualMFADevices
    """
    listing = Listing(iam, "ListVirtualMFADevices", max_items, marker, AssignmentStatus=status)
    for device in listing.entries("VirtualMFADevices"):
        yield device["SerialNumber"]
        if verbose:
            yield from _assignment(device)
    yield from listing.footer()


def _assignment(device: dict[str, Any]) -> Lines:
    user = device.get("User", {}).get("Arn")
    if user:
        yield user
    if device.get("EnableDate"):
        yield device["EnableDate"]


@command("iam-userenablemfadevice", USER, SERIAL, CODE1, CODE2)
def userenablemfadevice(iam: IAM, user: str, serial: str, code1: str, code2: str) -> Lines:
    """Give a user an MFA device.

    From then on the user signs in with password and code.
    Two codes that the device showed one after the other prove that it is at hand and its clock is
    right; send them at once, because a code is good for a short time only.
    A user has at most 8 MFA devices.

    Output: Nothing.
    Example: Give a virtual device to its user.
      $ iam-userenablemfadevice -u bob -s arn:aws:iam::123456789012:mfa/bob-phone -c1 123456 -c2 654321
    Calls: EnableMFADevice
    """  # noqa: E501 - a command line stays whole
    iam.call(
        "EnableMFADevice",
        UserName=user,
        SerialNumber=serial,
        AuthenticationCode1=code1,
        AuthenticationCode2=code2,
    )
    yield from ()


@command("iam-userresyncmfadevice", USER, SERIAL, CODE1, CODE2)
def userresyncmfadevice(iam: IAM, user: str, serial: str, code1: str, code2: str) -> Lines:
    """Bring an MFA device back in step with the service.

    It helps where the service refuses the codes because the device's clock or counter has drifted.
    Two codes that the device showed one after the other tell where it stands; send them at once.

    Output: Nothing.
    Example: Bring a device back in step.
      $ iam-userresyncmfadevice -u bob -s arn:aws:iam::123456789012:mfa/bob-phone -c1 123456 -c2 654321
    Calls: ResyncMFADevice
    """  # noqa: E501 - a command line stays whole
    iam.call(
        "ResyncMFADevice",
        UserName=user,
        SerialNumber=serial,
        AuthenticationCode1=code1,
        AuthenticationCode2=code2,
    )
    yield from ()


@command("iam-userdeactivatemfadevice", USER, SERIAL)
def userdeactivatemfadevice(iam: IAM, user: str, serial: str) -> Lines:
    """Take an MFA device from a user.

    The user then signs in without its codes.
    A virtual device stays in the account, see iam-virtualmfadevicedel(1).

    Output: Nothing.
    Example: Take a device away.
      $ iam-userdeactivatemfadevice -u bob -s arn:aws:iam::123456789012:mfa/bob-phone
    Calls: DeactivateMFADevice
    """
    iam.call("DeactivateMFADevice", UserName=user, SerialNumber=serial)
    yield from ()


@command("iam-userlistmfadevices", OWN_USER, *PAGING)
def userlistmfadevices(
    iam: IAM, user: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List a user's MFA devices.

    Output: One serial number a line, then the footer.
    Example: List a user's devices.
      $ iam-userlistmfadevices -u bob
    Calls: ListMFADevices
    """
    listing = Listing(iam, "ListMFADevices", max_items, marker, UserName=user)
    return listing.lines("MFADevices", "SerialNumber")
