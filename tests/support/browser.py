"""Chromium without a window, driven by its DevTools protocol over a pair of pipes."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING, Any

from support.limits import TIMEOUT

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "chromium"
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)


class Browser:
    """A browser with one page."""

    def __init__(self) -> None:
        self._profile = tempfile.TemporaryDirectory()
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        # Chromium reads from descriptor 3 and writes to descriptor 4.
        script = f'exec 3<&{to_browser} 4>&{from_browser}; exec "$@"'
        profile = f"--user-data-dir={self._profile.name}"
        self._process = subprocess.Popen(
            ["bash", "-c", script, "bash", PROGRAM, *OPTIONS, profile],
            pass_fds=(to_browser, from_browser),
            env={**os.environ, "TMPDIR": self._profile.name},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._received = b""
        self._number = 0
        self._session = ""
        #: The addresses that the page has asked for.
        self.requested: list[str] = []
        #: Errors of scripts.
        self.errors: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> Any:
        """Call ``method`` of the protocol; return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, address: str, *, width: int, height: int = 800, dark: bool = False) -> None:
        """Show the page at ``address`` in a window of this size in pixels, light or dark."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[theme])
        self.send("Page.navigate", url=address)
        self.wait_until(
            f"location.href == {json.dumps(address)} && document.readyState == 'complete'"
        )

    def value(self, expression: str) -> Any:
        """Return the value of a JavaScript ``expression`` in the page."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_until(self, expression: str) -> None:
        """Wait until a JavaScript ``expression`` is true in the page."""
        limit = time.monotonic() + TIMEOUT
        while not self.value(expression):
            assert time.monotonic() < limit, f"not true after {TIMEOUT} s: {expression}"
            time.sleep(0.02)

    def type(self, text: str) -> None:
        """Type ``text`` where the cursor is."""
        self.send("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press a ``key``, such as "Enter", "ArrowDown" or "/"."""
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, text=text)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def picture(self, file: Path) -> None:
        """Save what the page shows as a PNG file."""
        file.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        """End the browser."""
        self.send("Browser.close")
        self._process.wait(TIMEOUT)
        os.close(self._out)
        os.close(self._in)
        self._profile.cleanup()

    def _next(self) -> dict[str, Any]:
        """Return the next message of the browser; note what it says about requests and errors."""
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._in], [], [], TIMEOUT)
            part = os.read(self._in, 1 << 16) if ready else b""
            assert part, "the browser does not answer"
            self._received += part
        line, _, self._received = self._received.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        if message.get("method") == "Network.requestWillBeSent":
            self.requested.append(message["params"]["request"]["url"])
        if message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(message["params"]["exceptionDetails"]))
        return message
