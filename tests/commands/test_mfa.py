"""Virtual MFA devices: the seed as text, in a file, and as a QR code on a terminal."""

from __future__ import annotations

import base64
import contextlib
import os
import pty
import re
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from support.stub import ok, refused
from support.terminal import USUAL_SIZE, Terminal

from iamcli.errors import OutputLost
from iamcli.output import streams

if TYPE_CHECKING:
    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub

SERIAL = "arn:aws:iam::123456789012:mfa/staff/bob phone"
SEED = "2K5K5XTLA7GGE75TQLYEXAMPLEEXAMPLEEXAMPLECHDFW4KJYZ6UFQ75LL7COCYKM"
#: What an authenticator app reads: name, account and seed, as the API's documentation has it.
ADDRESS = f"otpauth://totp/bob%20phone%40123456789012?secret={SEED}&issuer=AWS"
PICTURE = b"\x89PNG\r\n\x1a\n not really"


@pytest.fixture
def endpoint(run: Shell, stub: Stub) -> Endpoint:
    """An endpoint that creates the device."""
    made = stub.endpoint(refused("NoSuchEntity"))
    encoded = [base64.b64encode(part).decode() for part in (SEED.encode(), PICTURE)]
    made.on(
        "CreateVirtualMFADevice",
        ok(
            "CreateVirtualMFADevice",
            f"<VirtualMFADevice><SerialNumber>{SERIAL}</SerialNumber><Base32StringSeed>{encoded[0]}"
            f"</Base32StringSeed><QRCodePNG>{encoded[1]}</QRCodePNG></VirtualMFADevice>",
        ),
    )
    run.env["AWS_IAM_URL"] = made.url
    return made


def create(run_fast: ForkRunner, *arguments: str, **env: str) -> tuple[int, str, str]:
    return run_fast("iam-virtualmfadevicecreate", "-s", "bob phone", *arguments, env=env)


@pytest.mark.parametrize("method", ["Base32String", "base32stringseed", "BASE32STRING"])
def test_the_seed_is_on_the_second_line(
    method: str, run_fast: ForkRunner, endpoint: Endpoint
) -> None:
    assert create(run_fast, "-b", method) == (0, f"{SERIAL}\n{SEED}\n", "")
    assert endpoint.requests[0].parameters == {"VirtualMFADeviceName": "bob phone"}


@pytest.mark.parametrize(
    ("method", "content"), [("Base32String", f"{SEED}\n".encode()), ("qrcodepng", PICTURE)]
)
def test_the_file_is_its_owners(
    method: str, content: bytes, run_fast: ForkRunner, endpoint: Endpoint
) -> None:
    assert create(run_fast, "-b", method, "-o", "seed") == (0, f"{SERIAL}\n", "")
    assert (run_fast.home / "seed").read_bytes() == content
    assert (run_fast.home / "seed").stat().st_mode & 0o777 == 0o600
    # It is not written over.
    status, out, err = create(run_fast, "-b", method, "-o", "seed")
    assert (status, out) == (1, "")
    assert err == (
        "iam-virtualmfadevicecreate: cannot create seed for the seed: File exists; "
        "nothing was sent\n"
    )
    assert endpoint.operations == ["CreateVirtualMFADevice"]


def test_an_impossible_file_is_reported_before_a_request(
    run_fast: ForkRunner, endpoint: Endpoint
) -> None:
    for place in ("absent/seed", ".", "/proc/seed", ""):
        status, out, _ = create(run_fast, "-b", "Base32String", "-o", place)
        assert (status, out) == (1, "")
    assert endpoint.requests == []


def test_a_dash_is_no_name_of_a_file(run_fast: ForkRunner, endpoint: Endpoint) -> None:
    for method in ("Base32String", "QRCodePNG"):
        status, out, err = create(run_fast, "-b", method, "-o", "-")
        assert (status, out) == (1, "")
        assert err == (
            "iam-virtualmfadevicecreate: -o - does not mean standard output; for that, omit -o; "
            "for a file named -, use -o ./-\n"
        )
    assert endpoint.requests == []
    assert not (run_fast.home / "-").exists()
    assert create(run_fast, "-b", "Base32String", "-o", "./-")[0] == 0
    assert (run_fast.home / "-").read_text() == f"{SEED}\n"


def test_a_refused_device_leaves_no_file(run_fast: ForkRunner, endpoint: Endpoint) -> None:
    endpoint.on("CreateVirtualMFADevice", refused("EntityAlreadyExists", "It is there."))
    status, _, err = create(run_fast, "-b", "Base32String", "-o", "seed")
    assert status == 1
    assert err == "iam-virtualmfadevicecreate: EntityAlreadyExists: It is there.\n"
    assert not (run_fast.home / "seed").exists()


DRAW = ("iam-virtualmfadevicecreate", "-s", "bob phone", "-b", "QRCodePNG")
#: The size of a character (pixels).
WIDTH, HEIGHT = 8, 16
#: The colours of a terminal that no palette changes, and those of its background and its text.
BLACK, WHITE = 0, 255
THEMES = {"dark": (BLACK, WHITE), "light": (WHITE, BLACK)}


def screen(shown: str, size: tuple[int, int], theme: str) -> tuple[list[str], memoryview]:
    """Return the text and the picture of a terminal of ``size`` that has shown ``shown``."""
    background, text = THEMES[theme]
    height, width = size
    cells: list[list[tuple[str, int, int]]] = [[]]
    colours = (text, background)
    for part in re.findall(r"\x1b\[[0-9;]*m|\r\n|[^\x1b\r\n]", shown):
        if part == "\r\n":
            cells.append([])
        elif part[0] == "\x1b":
            # No other colours.
            colours = {"\x1b[0m": (text, background), "\x1b[38;5;16;48;5;231m": (BLACK, WHITE)}[
                part
            ]
        else:
            if len(cells[-1]) == width:
                cells.append([])
            cells[-1].append((part, *colours))
    cells = cells[-height:]
    cells += [[]] * (height - len(cells))
    pixels = bytearray()
    for row in cells:
        padded = row + [(" ", text, background)] * (width - len(row))
        for y in range(HEIGHT):
            half = "\u2588\u2580" if y < HEIGHT / 2 else "\u2588\u2584"
            for char, ink, paper in padded:
                letter = char.isascii() and char != " " and y % 4 == 0
                pixels += bytes([ink if char in half or letter else paper]) * WIDTH
    rows = ["".join(char for char, _, _ in row) for row in cells]
    return rows, memoryview(pixels).cast("B", (height * HEIGHT, width * WIDTH))


@pytest.mark.parametrize("theme", THEMES)
def test_a_qr_code_can_be_read_on_a_usual_terminal(
    theme: str, run: Shell, endpoint: Endpoint
) -> None:
    terminal = Terminal(*DRAW, env=run.env, size=USUAL_SIZE)
    assert terminal.status() == 0
    rows, picture = screen(terminal.shown, USUAL_SIZE, theme)
    assert rows[0] == SERIAL
    # The prompt of the shell is in the last row.
    assert rows[-1] == ""
    # Not all readers understand a code that is white on black.
    (code,) = zxingcpp.read_barcodes(picture, try_invert=False)
    assert code.text == ADDRESS
    assert SEED not in terminal.shown


@pytest.mark.parametrize("size", [(23, 80), (24, 42), (10, 20)])
def test_a_window_that_is_too_small(size: tuple[int, int], run: Shell, endpoint: Endpoint) -> None:
    terminal = Terminal(*DRAW, env=run.env, size=size)
    assert terminal.status() == 1
    rows, columns = size
    has = f"the terminal has {rows} rows and {columns} columns, but "
    assert terminal.shown.startswith(f"{DRAW[0]}: cannot show a QR code: {has}")
    assert terminal.shown.endswith("43 are needed; use -o FILE or -b Base32String\r\n")
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("columns", "rows", "fits"),
    [(43, 5, False), (43, 6, True), (42, 6, False), (50, 5, True), (0, 0, True)],
)
def test_the_room_for_a_first_row_that_is_wrapped_and_a_prompt(
    columns: int, rows: int, monkeypatch: pytest.MonkeyPatch, *, fits: bool
) -> None:
    size = os.terminal_size((columns, rows))
    monkeypatch.setattr(os, "get_terminal_size", lambda _: size)
    refusal = contextlib.nullcontext() if fits else pytest.raises(OutputLost, match=r"are needed$")
    with refusal:
        streams._require_room([50, 43, 43, 43])  # noqa: SLF001 - a command needs a whole terminal


def test_a_serial_number_that_leaves_no_room(run: Shell, endpoint: Endpoint) -> None:
    """It is known only when the device exists, which is deleted again."""
    long = SERIAL.replace("staff", "s" * 60)
    encoded = base64.b64encode(SEED.encode()).decode()
    device = (
        f"<VirtualMFADevice><SerialNumber>{long}</SerialNumber>"
        f"<Base32StringSeed>{encoded}</Base32StringSeed></VirtualMFADevice>"
    )
    endpoint.on("CreateVirtualMFADevice", ok("CreateVirtualMFADevice", device))
    endpoint.on("DeleteVirtualMFADevice", ok("DeleteVirtualMFADevice"))
    terminal = Terminal(*DRAW, env=run.env, size=USUAL_SIZE)
    assert terminal.status() == 1
    assert "\u2580" not in terminal.shown
    assert "was deleted again" in terminal.shown.replace("\r\n", "")
    assert endpoint.operations == ["CreateVirtualMFADevice", "DeleteVirtualMFADevice"]


def test_a_serial_number_does_not_control_the_terminal(run: Shell, endpoint: Endpoint) -> None:
    strange = SERIAL.replace("staff", "\u009b31m")
    encoded = base64.b64encode(SEED.encode()).decode()
    device = (
        f"<VirtualMFADevice><SerialNumber>{strange}</SerialNumber>"
        f"<Base32StringSeed>{encoded}</Base32StringSeed></VirtualMFADevice>"
    )
    endpoint.on("CreateVirtualMFADevice", ok("CreateVirtualMFADevice", device))
    terminal = Terminal(*DRAW, env=run.env, size=USUAL_SIZE)
    assert terminal.status() == 0
    assert terminal.shown.startswith(strange.replace("\u009b", "\\x9b"))


@pytest.mark.parametrize(
    ("method", "seed"), [("Base32String", b"\xff\xfe"), ("QRCodePNG", b"A" * 5000)]
)
def test_a_device_whose_seed_cannot_be_shown_is_deleted(
    method: str, seed: bytes, run_fast: ForkRunner, endpoint: Endpoint, terminal: tuple[int, str]
) -> None:
    device = (
        f"<VirtualMFADevice><SerialNumber>{SERIAL}</SerialNumber><Base32StringSeed>"
        f"{base64.b64encode(seed).decode()}</Base32StringSeed></VirtualMFADevice>"
    )
    endpoint.on("CreateVirtualMFADevice", ok("CreateVirtualMFADevice", device))
    endpoint.on("DeleteVirtualMFADevice", ok("DeleteVirtualMFADevice"))
    arguments = ("iam-virtualmfadevicecreate", "-s", "bob phone", "-b", method)
    done = run_fast(*arguments, stdout=terminal[1])
    reason = "unexpected response: the seed is not text, or too long for a QR code"
    assert (done.status, done.err) == (
        1,
        f"{arguments[0]}: {reason}; virtual MFA device {SERIAL} was deleted again\n",
    )
    assert endpoint.operations == ["CreateVirtualMFADevice", "DeleteVirtualMFADevice"]


def read(master: int) -> bytes:
    try:
        return os.read(master, 1 << 16)
    except OSError:  # the other side is closed
        return b""


def test_without_the_library_it_says_what_to_install(run: Shell, endpoint: Endpoint) -> None:
    hidden = "import sys\nsys.modules['segno'] = None\n"
    (run.home / "sitecustomize.py").write_text(hidden)
    master, terminal = pty.openpty()
    arguments = ["iam-virtualmfadevicecreate", "-s", "bob phone", "-b", "QRCodePNG"]
    run.env["PYTHONPATH"] = str(run.home)
    process = run.start(*arguments, stdout=terminal, stdin=terminal, stderr=terminal)
    os.close(terminal)
    assert process.wait() == 1
    assert b"-m pip install 'segno>=1.6', or use -o FILE" in read(master)
    os.close(master)
    assert endpoint.requests == []
