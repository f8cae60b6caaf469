"""QR codes for a terminal, which contain the seeds of virtual MFA devices."""

from __future__ import annotations

import io
from urllib.parse import quote

from iamcli.errors import Failure


def require() -> None:
    """Raise Failure if the library segno is not installed."""
    try:
        import segno  # noqa: F401 - only checks that it is installed
    except ImportError:
        from iamcli.installation.extras import advice

        raise Failure(f"segno is not installed; {advice('qr')}, or use -o FILE") from None


def address(serial: str, seed: str) -> str:
    """Return the otpauth URL of a device, with its account, its name and its ``seed``.

    ``serial``: the serial number, an ARN. Source: CreateVirtualMFADevice, QRCodePNG.
    """
    name = serial.rpartition("/")[2]
    account = serial.split(":")[4] if serial.count(":") > 4 else "aws"  # noqa: PLR2004 - an ARN
    return f"otpauth://totp/{quote(f'{name}@{account}')}?secret={quote(seed)}&issuer=AWS"


def drawn(text: str) -> str:
    """Return ``text`` as a QR code of block characters, which has several lines."""
    import segno

    picture = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(picture, compact=True)
    return picture.getvalue().rstrip("\n")
