"""Creates access keys and MFA devices, whose secrets can be shown only once.

If the secret cannot be printed or saved, the access key or the device is deleted again; if that
fails, the message of the Failure names it.
"""

from __future__ import annotations

import contextlib
import errno
import os

from iamcli.errors import (
    DONE,
    NOT_DONE,
    UNKNOWN,
    CommandEnd,
    Failure,
    Interrupted,
    OutputLost,
    ServiceError,
    UnknownOutcome,
    visible,
)
from iamcli.interrupts import Interruptible, defer_signals, defer_termination
from iamcli.output.lines import Drawing, RequireOutput, Secret

#: The length of a seed of AWS (characters).
_SEED_LENGTH = 64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines


class NewFile:
    """A new file for a secret; a ``with`` block that does not write it removes it at its end.

    ``name``: the name of the file, None if the secret is not saved; ``what``: what is saved ("the
    seed").
    """

    def __init__(self, name: str | None, what: str) -> None:
        self.name = name
        self._what = what
        self._descriptor = -1

    def create(self) -> None:
        """Create the file, readable by its owner only. Raises Failure if it exists, or cannot."""
        if self.name is None:
            return
        from iamcli.protection import Place

        if self.name == "-":
            raise Failure(
                "-o - does not mean standard output; for that, omit -o; "
                "for a file named -, use -o ./-"
            )
        if not self.name:
            raise Failure(f"the file name for {self._what} is empty; nothing was sent")
        try:
            self._place = Place(self.name)
            # A signal that raised while the file is removed would leave it.
            defer_signals()
            self._descriptor = self._place.create(self._place.name)
        except OSError as error:
            reason = f"cannot create {self.name} for {self._what}: {error.strerror}"
            raise Failure(f"{reason}; nothing was sent") from None

    def write(self, content: bytes) -> None:
        """Write ``content`` and close the file. Raises OutputLost, or an interrupt."""
        try:
            with Interruptible(ticks=False):
                if os.write(self._descriptor, content) < len(content):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # noqa: TRY301
                os.fsync(self._descriptor)
                os.close(self._descriptor)
        except OSError as error:
            raise OutputLost(f"cannot write {self.name}: {error.strerror}") from None
        self._descriptor = -1

    def __enter__(self) -> NewFile:  # noqa: PYI034 - Self costs a dependency or an import
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            self._place.discard(self._place.name)


def key_shown(iam: IAM, user: str | None) -> Lines:
    """Create an access key and yield its ID and its secret access key as lines.

    Raises Failure if they cannot be printed. Source: CreateAccessKey, DeleteAccessKey.
    """
    with _new_key(iam, user) as key:
        yield Secret(f"{key['AccessKeyId']}\n{key['SecretAccessKey']}")


def key_saved(iam: IAM, user: str | None, file: NewFile) -> str:
    """Create an access key, write it to ``file``, which was created before, and return its ID.

    The file is then a credential file. Raises Failure if it cannot be written.
    """
    with _new_key(iam, user) as key:
        lines = f"AWSAccessKeyId={key['AccessKeyId']}\nAWSSecretKey={key['SecretAccessKey']}\n"
        file.write(lines.encode())
    return str(key["AccessKeyId"])


def seed_shown(iam: IAM, name: str, path: str | None) -> Lines:
    """Create a virtual MFA device and yield its serial number and its seed as lines.

    Raises Failure if they cannot be printed. Source: CreateVirtualMFADevice,
    DeleteVirtualMFADevice.
    """
    yield RequireOutput()
    with _new_device(iam, name, path) as device:
        yield Secret(f"{device['SerialNumber']}\n{device['Base32StringSeed'].decode()}")


def seed_drawn(iam: IAM, name: str, path: str | None) -> Lines:
    """Do as ``seed_shown``, with the seed as a QR code on a terminal that has room for it."""
    from iamcli.output import qr

    def drawing(serial: str, seed: str) -> list[RequireOutput | Secret]:
        rows = qr.drawn(qr.address(serial, seed))
        # A code is square, and its number of modules is odd.
        widths = [len(serial), *[len(rows) * 2 - 1] * len(rows)]
        size = RequireOutput(terminal=True, widths=widths)
        return [size, Drawing("\n".join([visible(serial), *rows]))]

    try:
        yield RequireOutput(terminal=True)
    except OutputLost as lost:
        raise Failure(f"cannot show a QR code: {lost}; use -o FILE") from None
    qr.require("use -o FILE")
    try:
        # As long as those of AWS, so that the code has the same size.
        serial = f"arn:aws:iam::123456789012:mfa{path or '/'}{name}"
        yield drawing(serial, "A" * _SEED_LENGTH)[0]
    except OutputLost as lost:
        raise Failure(f"cannot show a QR code: {lost}; use -o FILE or -b Base32String") from None
    with _new_device(iam, name, path) as device:
        yield from drawing(device["SerialNumber"], device["Base32StringSeed"].decode())


def seed_in_file(iam: IAM, name: str, path: str | None, file: str, *, picture: bool) -> Lines:
    """Create a virtual MFA device, save its seed in the new ``file``, and yield its serial number.

    ``picture``: save a QR code as a PNG file instead of the seed as text. The file is created
    before the device, readable by its owner only. Raises Failure if the file exists or cannot be
    written; the device and the file are then deleted again. In the sandbox, also if its library
    for pictures is not installed; nothing is created then.
    """
    if picture and iam.sandbox:
        from iamcli.output import qr

        qr.require("use -b Base32StringSeed")
    with NewFile(file, "the seed") as new:
        new.create()
        with _new_device(iam, name, path) as device:
            new.write(device["QRCodePNG"] if picture else device["Base32StringSeed"] + b"\n")
    yield device["SerialNumber"]


@contextlib.contextmanager
def _new_key(iam: IAM, user: str | None) -> Iterator[dict[str, Any]]:
    """Create an access key; delete it again if the ``with`` block loses its secret."""
    key = iam.call("CreateAccessKey", UserName=user)["AccessKey"]
    try:
        yield key
    except (Failure, KeyboardInterrupt) as lost:
        parameters = {"UserName": user, "AccessKeyId": key["AccessKeyId"]}
        what = f"access key {key['AccessKeyId']}"
        _delete_again(iam, lost, what, "iam-userdelkey", "DeleteAccessKey", **parameters)


@contextlib.contextmanager
def _new_device(iam: IAM, name: str, path: str | None) -> Iterator[dict[str, Any]]:
    """Create a virtual MFA device; delete it again if the ``with`` block loses its seed."""
    response = iam.call("CreateVirtualMFADevice", VirtualMFADeviceName=name, Path=path)
    device = response["VirtualMFADevice"]
    try:
        yield device
    except (Failure, KeyboardInterrupt, ValueError) as error:
        invalid = "unexpected response: the seed is not text, or too long for a QR code"
        lost = Failure(invalid) if isinstance(error, ValueError) else error
        parameters = {"SerialNumber": device["SerialNumber"]}
        what = f"virtual MFA device {device['SerialNumber']}"
        command = "iam-virtualmfadevicedel"
        _delete_again(iam, lost, what, command, "DeleteVirtualMFADevice", **parameters)


def _delete_again(
    iam: IAM, lost: BaseException, what: str, command: str, operation: str, **parameters: Any
) -> None:
    """Delete ``what``, which was just created, because its secret cannot be shown.

    ``lost``: the reason; ``command``: the command that the user can delete it with; ``operation``
    and ``parameters``: the request that deletes it. Raises Failure, or Interrupted after a signal,
    with a message about ``what`` and an ``outcome`` for its creation.
    """
    defer_termination()
    remedy = f"but its secret is lost; delete it with {command}"
    message, outcome = f"{what} may still exist {remedy}", UNKNOWN
    try:
        _delete_new(iam, operation, parameters)
        message, outcome = f"{what} was deleted again", NOT_DONE
    except ServiceError as error:
        if error.code != "NoSuchEntity":
            message, outcome = f"{what} still exists {remedy}", DONE
        message += f": {error}"
    except Failure as error:
        message += f": {_reason(error)}"
    except KeyboardInterrupt as interrupt:
        lost = interrupt
    signaled = isinstance(lost, KeyboardInterrupt)
    end: CommandEnd = Interrupted(message) if signaled else Failure(f"{_reason(lost)}; {message}")
    end.outcome = outcome
    raise end from lost


def _reason(error: BaseException) -> str:
    return error.reason if isinstance(error, UnknownOutcome) else str(error)


def _delete_new(iam: IAM, operation: str, parameters: dict[str, Any]) -> None:
    """Delete what was just created, and may not be visible yet. Raises Failure.

    A NoSuchEntity does not prove that it is gone, even if an earlier response was lost.
    """
    from iamcli.operations.waiting import attempts

    resent = False
    for last in attempts(iam):
        try:
            iam.send(operation, resent=resent, **parameters)
        except (ServiceError, UnknownOutcome) as failure:  # noqa: PERF203 - each request may fail
            refusal = failure if isinstance(failure, ServiceError) else failure.refusal
            if last or refusal is None or refusal.code != "NoSuchEntity":
                raise
            resent = isinstance(failure, UnknownOutcome)
        else:
            return
