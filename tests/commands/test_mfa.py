"""Virtual MFA devices: the seed as text, in a file, and as a QR code on a terminal."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from support.one_time_secrets import device
from support.stub import ok, refused
from support.terminal import USUAL_SIZE, Terminal

from iamcli.errors import OutputLost
from iamcli.output import streams

if TYPE_CHECKING:
    from support.shell import Shell
    from support.stub import Endpoint, Stub

SERIAL = "arn:aws:iam::123456789012:mfa/staff/bob phone"
SEED = "2K5K5XTLA7GGE75TQLYEXAMPLEEXAMPLEEXAMPLECHDFW4KJYZ6UFQ75LL7COCYKM"
#: What an authenticator app reads: name, account and seed, as the API's documentation has it.
ADDRESS = f"otpauth://totp/bob%20phone%40123456789012?secret={SEED}&issuer=AWS"


@pytest.fixture
def device_endpoint(run: Shell, stub: Stub) -> Endpoint:
    """An endpoint that creates and deletes the device."""
    made = stub.endpoint(refused("NoSuchEntity")).on("CreateVirtualMFADevice", device(SERIAL, SEED))
    made.on("DeleteVirtualMFADevice", ok("DeleteVirtualMFADevice"))
    run.env["AWS_IAM_URL"] = made.url
    return made


@pytest.mark.parametrize("method", ["Base32String", "base32stringseed", "BASE32STRING"])
def test_the_seed_is_on_the_second_line(method, run_fast, device_endpoint):
    done = run_fast("iam-virtualmfadevicecreate", "-s", "bob phone", "-b", method)
    assert done == (0, f"{SERIAL}\n{SEED}\n", "")
    assert device_endpoint.requests[0].parameters == {"VirtualMFADeviceName": "bob phone"}


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
    # No other colours are used.
    known = {"\x1b[0m": (text, background), "\x1b[38;5;16;48;5;231m": (BLACK, WHITE)}
    colours = known["\x1b[0m"]
    for part in re.findall(r"\x1b\[[0-9;]*m|\r\n|[^\x1b\r\n]", shown):
        if part == "\r\n":
            cells.append([])
        elif part[0] == "\x1b":
            colours = known[part]
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
def test_a_qr_code_can_be_read_on_a_usual_terminal(theme, run, device_endpoint):
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
def test_a_window_that_is_too_small(size, run, device_endpoint):
    terminal = Terminal(*DRAW, env=run.env, size=size)
    assert terminal.status() == 1
    rows, columns = size
    has = f"the terminal has {rows} rows and {columns} columns, but "
    assert terminal.shown.startswith(f"{DRAW[0]}: cannot show a QR code: {has}")
    assert terminal.shown.endswith("43 are needed; use -o FILE or -b Base32String\r\n")
    assert device_endpoint.requests == []


@pytest.mark.parametrize(
    ("columns", "rows", "fits"),
    [(43, 5, False), (43, 6, True), (42, 6, False), (50, 5, True), (0, 0, True)],
)
def test_the_room_for_a_first_row_that_is_wrapped_and_a_prompt(columns, rows, monkeypatch, *, fits):
    size = os.terminal_size((columns, rows))
    monkeypatch.setattr(os, "get_terminal_size", lambda _: size)
    refusal = contextlib.nullcontext() if fits else pytest.raises(OutputLost, match=r"are needed$")
    with refusal:
        streams._require_room([50, 43, 43, 43])  # noqa: SLF001 - a command needs a whole terminal


def test_a_serial_number_that_leaves_no_room(run, device_endpoint):
    """It is known only when the device exists, which is deleted again."""
    device_endpoint.on("CreateVirtualMFADevice", device(SERIAL.replace("staff", "s" * 60), SEED))
    terminal = Terminal(*DRAW, env=run.env, size=USUAL_SIZE)
    assert terminal.status() == 1
    assert "\u2580" not in terminal.shown
    assert "was deleted again" in terminal.shown.replace("\r\n", "")
    assert device_endpoint.operations == ["CreateVirtualMFADevice", "DeleteVirtualMFADevice"]


def test_a_serial_number_does_not_control_the_terminal(run, device_endpoint):
    strange = SERIAL.replace("staff", "\u009b31m")
    device_endpoint.on("CreateVirtualMFADevice", device(strange, SEED))
    terminal = Terminal(*DRAW, env=run.env, size=USUAL_SIZE)
    assert terminal.status() == 0
    assert terminal.shown.startswith(strange.replace("\u009b", "\\x9b"))


@pytest.mark.parametrize(
    ("method", "seed"), [("Base32String", b"\xff\xfe"), ("QRCodePNG", b"A" * 5000)]
)
def test_a_device_whose_seed_cannot_be_shown_is_deleted(
    method, seed, run_fast, device_endpoint, terminal
):
    device_endpoint.on("CreateVirtualMFADevice", device(SERIAL, seed))
    done = run_fast(*DRAW[:-1], method, stdout=terminal[1])
    reason = "unexpected response: the seed is not text, or too long for a QR code"
    error = f"{DRAW[0]}: {reason}; virtual MFA device {SERIAL} was deleted again\n"
    assert (done.status, done.err) == (1, error)
    assert device_endpoint.operations == ["CreateVirtualMFADevice", "DeleteVirtualMFADevice"]


def test_without_the_library_it_says_what_to_install(run, device_endpoint):
    hidden = "import sys\nsys.modules['segno'] = None\n"
    (run.home / "sitecustomize.py").write_text(hidden)
    terminal = Terminal(*DRAW, env=run.env | {"PYTHONPATH": str(run.home)})
    assert terminal.status() == 1
    shown = terminal.shown.replace("\r\n", "")
    assert "-m pip install 'segno>=1.6', or use -o FILE" in shown
    assert device_endpoint.requests == []
