"""What is shown once: access keys and MFA seeds. They arrive, or they are taken back."""

from __future__ import annotations

import errno
import os

from iamcli.errors import (
    DONE,
    NOT_DONE,
    UNKNOWN,
    Failure,
    OutputLost,
    ServiceError,
    UnknownOutcome,
)
from iamcli.interrupts import BlockedSignals, defer_termination
from iamcli.output.lines import RequireOutput, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines


def access_key(iam: IAM, user: str | None) -> Lines:
    """Create an access key and yield its id and its secret as lines.

    Raises Failure where they could not be shown; the key is deleted again then, or named.
    Source: CreateAccessKey, DeleteAccessKey. Ledger: secrets arrive or are taken back.
    """
    key = iam.call("CreateAccessKey", UserName=user)["AccessKey"]
    try:
        yield Secret(f"{key['AccessKeyId']}\n{key['SecretAccessKey']}")
    except (OutputLost, UnknownOutcome, KeyboardInterrupt) as lost:
        _take_back(
            iam,
            lost,
            f"access key {key['AccessKeyId']}",
            "DeleteAccessKey",
            UserName=user,
            AccessKeyId=key["AccessKeyId"],
        )


def seed_shown(iam: IAM, name: str, path: str | None) -> Lines:
    """Create a virtual MFA device and yield its serial number and its seed as lines.

    Raises Failure where they could not be shown; the device is deleted again then, or named.
    Source: CreateVirtualMFADevice, DeleteVirtualMFADevice.
    """
    yield RequireOutput()
    yield from _shown(iam, _device(iam, name, path), lambda _serial, seed: seed)


def seed_drawn(iam: IAM, name: str, path: str | None) -> Lines:
    """Like ``seed_shown``, with the seed as a QR code on a terminal."""
    from iamcli.output import qr

    try:
        yield RequireOutput(terminal=True)
    except OutputLost as lost:
        raise Failure(f"{lost}, which a QR code needs; give -o FILE") from None
    qr.require()
    device = _device(iam, name, path)
    yield from _shown(iam, device, lambda serial, seed: qr.drawn(qr.address(serial, seed)))


def seed_in_file(iam: IAM, name: str, path: str | None, file: str, *, picture: bool) -> Lines:
    """Create a virtual MFA device, put its seed into the new ``file``, and yield its serial number.

    The file is made, for its owner alone, before the device is. Raises Failure where the file
    exists or cannot be written; device and file are deleted again then.
    """
    made = False
    try:
        with BlockedSignals():
            place = _made(file)
            made = True
        device = _device(iam, name, path)
        _write(iam, device, place, file, picture=picture)
    except BaseException:
        if made:
            _remove(file)
        raise
    yield device["SerialNumber"]


def _made(file: str) -> int:
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        reason = f"cannot make {file} for the seed: {error.strerror}"
        raise Failure(f"{reason}; nothing was sent") from None


def _write(iam: IAM, device: dict[str, Any], place: int, file: str, *, picture: bool) -> None:
    try:
        content = device["QRCodePNG"] if picture else device["Base32StringSeed"] + b"\n"
        if os.write(place, content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # noqa: TRY301 - one way out
        os.fsync(place)
        os.close(place)
    except OSError as error:
        _take_back_device(iam, device, OutputLost(f"cannot write {file}: {error.strerror}"))
    except (UnknownOutcome, KeyboardInterrupt) as lost:
        _take_back_device(iam, device, lost)


def _remove(file: str) -> None:
    try:
        os.unlink(file)
    except OSError:
        return


def _device(iam: IAM, name: str, path: str | None) -> dict[str, Any]:
    answer = iam.call("CreateVirtualMFADevice", VirtualMFADeviceName=name, Path=path)
    device: dict[str, Any] = answer["VirtualMFADevice"]
    return device


def _shown(iam: IAM, device: dict[str, Any], form: Callable[[str, str], str]) -> Lines:
    """Show the serial number and the seed, to which ``form`` gives its form."""
    try:
        serial, seed = device["SerialNumber"], device["Base32StringSeed"].decode()
        yield Secret(f"{serial}\n{form(serial, seed)}")
    except (OutputLost, UnknownOutcome, KeyboardInterrupt) as lost:
        _take_back_device(iam, device, lost)


def _take_back_device(iam: IAM, device: dict[str, Any], lost: BaseException) -> None:
    serial = device["SerialNumber"]
    what = f"virtual MFA device {serial}"
    _take_back(iam, lost, what, "DeleteVirtualMFADevice", SerialNumber=serial)


def _take_back(iam: IAM, lost: BaseException, what: str, operation: str, **named: Any) -> None:
    """Undo the creation of ``what``, whose secret was ``lost``, and say so.

    Raises Failure, or the interrupt, if there was one, with the same words. Its ``outcome`` says
    whether ``what`` exists now.
    """
    defer_termination()
    told, outcome = f"{what} may still exist, its secret is lost", UNKNOWN
    try:
        _delete_new(iam, operation, named)
        told, outcome = f"{what} was deleted again", NOT_DONE
    except ServiceError as error:
        if error.code != "NoSuchEntity" and not error.resent:
            told, outcome = f"{what} still exists, its secret is lost", DONE
        told += f": {error}"
    except Failure as error:
        told += f": {getattr(error, 'reason', error)}"
    except KeyboardInterrupt as interrupt:
        lost = interrupt
    if isinstance(lost, KeyboardInterrupt):
        lost.args = (told,)
        lost.outcome = outcome  # type: ignore[attr-defined]  # an interrupt has one, too
        raise lost
    reason = lost.reason if isinstance(lost, UnknownOutcome) else lost
    failure = Failure(f"{reason}; {told}")
    failure.outcome = outcome
    raise failure from lost


def _delete_new(iam: IAM, operation: str, named: dict[str, Any]) -> None:
    """Delete what was just made, and may not be visible yet. Raises Failure.

    A NoSuchEntity is no sign that it is gone, even if an earlier response was lost.
    """
    from iamcli.operations.waiting import attempts

    for last in attempts():
        try:
            iam.send(operation, **named)
        except ServiceError as error:  # noqa: PERF203 - each request may fail
            if last or error.code != "NoSuchEntity":
                raise
        else:
            return
