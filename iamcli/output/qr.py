"""QR codes on a terminal, for the seeds of virtual MFA devices."""

from __future__ import annotations

import io
from urllib.parse import quote

from iamcli.errors import Failure


def require() -> None:
    """Raise Failure where the library that draws is not installed."""
    try:
        import segno  # noqa: F401 - whether it is there
    except ImportError:
        raise Failure(
            "drawing a QR code needs the extra: pip install 'iamcli[qr]'; or give -o FILE"
        ) from None


def address(serial: str, seed: str) -> str:
    """Return what authenticator apps read: the device's account, name and ``seed`` as a URL.

    Source: CreateVirtualMFADevice, QRCodePNG.
    """
    name = serial.rpartition("/")[2]
    account = serial.split(":")[4] if serial.count(":") > 4 else "aws"  # noqa: PLR2004 - an ARN
    return f"otpauth://totp/{quote(f'{name}@{account}')}?secret={quote(seed)}&issuer=AWS"


def drawn(text: str) -> str:
    """Return ``text`` as a QR code of block characters."""
    import segno

    picture = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(picture, compact=True)
    return picture.getvalue().rstrip("\n")
