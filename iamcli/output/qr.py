"""QR codes for a terminal, which contain the seeds of virtual MFA devices."""

from __future__ import annotations

from urllib.parse import quote

from iamcli.errors import Failure

_BLACK_ON_WHITE, _NO_COLOUR = "\x1b[38;5;16;48;5;231m", "\x1b[0m"


def require(alternative: str) -> None:
    """Raise Failure, which also names an ``alternative``, if the library segno is not installed."""
    try:
        import segno  # noqa: F401 - only checks that it is installed
    except ImportError:
        from iamcli.installation.extras import advice

        raise Failure(f"segno is not installed; {advice('qr')}, or {alternative}") from None


def address(serial: str, seed: str) -> str:
    """Return the otpauth URL of a device, with its account, its name and its ``seed``.

    ``serial``: the serial number, an ARN. Source: CreateVirtualMFADevice, QRCodePNG.
    """
    name = serial.rpartition("/")[2]
    account = serial.split(":")[4] if serial.count(":") > 4 else "aws"  # noqa: PLR2004 - an ARN
    return f"otpauth://totp/{quote(f'{name}@{account}')}?secret={quote(seed)}&issuer=AWS"


def drawn(text: str) -> list[str]:
    """Return the rows of the QR code of ``text``, which a terminal shows in black on white.

    The colours are those of the 256 that no palette changes. A row has two rows of modules, and the
    border is one module wide, so that the code of a device fits on a terminal of 24 rows. Raises
    ValueError if ``text`` is too long.
    """
    import segno

    code = segno.make(text, error="l", micro=False)
    matrix = [list(row) for row in code.matrix_iter(border=1)]
    matrix += [[0] * len(matrix[0])] * (len(matrix) % 2)
    rows = zip(matrix[::2], matrix[1::2], strict=True)
    return [
        f"{_BLACK_ON_WHITE}{''.join(map(_cell, above, below))}{_NO_COLOUR}" for above, below in rows
    ]


def _cell(above: int, below: int) -> str:
    return " \u2584\u2580\u2588"[2 * bool(above) + bool(below)]
