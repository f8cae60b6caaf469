"""Virtual MFA devices: the seed as text, in a file, and as a QR code on a terminal."""

from __future__ import annotations

import base64
import os
import pty
from typing import TYPE_CHECKING

import pytest
import segno
from support.stub import ok, refused

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


def test_a_qr_code_is_drawn_on_a_terminal(run: Shell, endpoint: Endpoint) -> None:
    master, terminal = pty.openpty()
    arguments = ["iam-virtualmfadevicecreate", "-s", "bob phone", "-b", "QRCodePNG"]
    process = run.start(*arguments, stdout=terminal, stdin=terminal)
    os.close(terminal)
    shown = b""
    while part := read(master):
        shown += part
    assert process.wait() == 0
    serial, *lines = shown.decode().replace("\r", "").splitlines()
    assert serial == SERIAL
    expected = [list(row) for row in segno.make(ADDRESS, error="l", micro=False).matrix_iter(1, 4)]
    drawn = modules(lines)
    # The drawing may end with half a line of margin.
    assert drawn[: len(expected)] == [[bool(module) for module in row] for row in expected]
    assert SEED not in shown.decode()


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


def modules(lines: list[str]) -> list[list[bool]]:
    """Return whether each module is dark; a character stands for two, one above the other."""
    dark: list[list[bool]] = []
    for line in lines:
        plain = line.replace("\x1b[0m", "").replace("\x1b[7m", "").replace("\x1b[49m", "")
        upper = [char in " ▄" for char in plain]
        lower = [char in " ▀" for char in plain]
        dark += [upper, lower]
    return dark


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
