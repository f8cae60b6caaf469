"""Removes secrets from output, by the names of their members and by their values."""

from __future__ import annotations

from iamcli.errors import one_line, without_secret_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from typing import Any

#: Members of requests and responses that contain a secret. Source: the sensitive shapes of the
#: service model, and the codes, seeds and passwords that it does not mark as sensitive.
SECRET_MEMBERS = frozenset(
    {
        "AuthenticationCode1",
        "AuthenticationCode2",
        "Base32StringSeed",
        "NewPassword",
        "OldPassword",
        "Password",
        "PrivateKey",
        "QRCodePNG",
        "SecretAccessKey",
        "ServicePassword",
        "SessionToken",
    }
)

_HIDDEN = "***"
#: Shorter values are not redacted, because they occur in ordinary text. The service accepts no
#: password or code that is shorter.
_MIN_LENGTH = 4
#: What can precede a secret besides a character that is neither a letter nor a digit: escapes of
#: URLs (also of an encoded URL), JSON and Python. ``{}`` is the first character of the secret.
_ESCAPES = (
    r"%[0-9A-Fa-f]{{2}}{}",
    r"%25[0-9A-Fa-f]{{2}}{}",
    r"\\[a-z]{}",
    r"\\x[0-9A-Fa-f]{{2}}{}",
    r"\\u[0-9A-Fa-f]{{4}}{}",
    r"\\U[0-9A-Fa-f]{{8}}{}",
)


class Secrets:
    r"""The secrets that a command has sent or received, to redact them in text.

    A secret is redacted if it is a whole value, not part of a longer run of letters and digits: the
    code 123456 is not redacted in the account ID 123456789012. An escape such as ``%3D`` or ``\n``
    separates values. If the first or last character of a secret is not a letter or digit, anything
    can be next to it.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, *secrets: str) -> None:
        """Add ``secrets``, and each line of those that have several."""
        for secret in secrets:
            for part in (secret, *secret.splitlines()):
                if len(part) >= _MIN_LENGTH and part not in self._known:
                    self._known.add(part)
                    self._pattern = None

    def gather(self, value: Any) -> None:
        """Add the secret members of request parameters or of a response."""
        self.add(*_members(value))

    def structure(self, value: Any) -> Any:
        """Return a copy of request parameters or of a response with the secrets redacted."""
        if isinstance(value, dict):
            return {
                key: _HIDDEN if key in SECRET_MEMBERS else self.structure(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self.structure(inner) for inner in value]
        return self.redact(value) if isinstance(value, str) else value

    def redact(self, text: str) -> str:
        """Return ``text`` without the known secrets, plain, URL-encoded, in XML or in JSON.

        The address of a private IAM keeps its host and its port. ``text`` is whole: of a secret
        that is cut, the rest would remain.
        """
        text = without_secret_paths(text)
        if not text or not self._known:
            return text
        # With -d, this is called for each string of a long list, so the pattern is kept.
        self._pattern = pattern = self._pattern or self._compiled()
        parts: list[str] = []
        start = end = 0
        while match := pattern.search(text, start):
            # Secrets that overlap are hidden as one.
            if match.start() >= end:
                parts += [text[end : match.start()], _HIDDEN]
            end = max(end, match.end())
            start = match.start() + 1
        return "".join([*parts, text[end:]])

    def _compiled(self) -> re.Pattern[str]:
        """Return a pattern that matches each form of each secret, the longest first.

        Each alternative begins with a literal character, and looks back from there: at other
        characters the pattern is not tried, which makes the search fast.
        """
        import re

        alternatives: dict[str, int] = {}
        for secret in self._known:
            for form in _forms(secret):
                first = re.escape(form[0])
                begin = end = ""
                if secret[0].isalnum():
                    escapes = "|".join(f"(?<={escape.format(first)})" for escape in _ESCAPES)
                    begin = rf"(?:(?<![^\W_]{first})|{escapes})"
                if secret[-1].isalnum():
                    end = r"(?![^\W_])"
                alternatives[f"{first}{begin}{re.escape(form[1:])}{end}"] = len(form)
        longest_first = sorted(alternatives, key=alternatives.__getitem__, reverse=True)
        return re.compile("|".join(longest_first))


#: What was sent or read to get credentials, and must not be printed.
CREDENTIAL_SECRETS = Secrets()


def _forms(secret: str) -> set[str]:
    """Return ``secret`` in each form in which it can be sent or printed."""
    import html
    import json
    import re
    from urllib.parse import quote, quote_plus

    escaped = html.escape(secret, quote=False)
    encoded = {quote_plus(secret), *(quote(secret, safe=safe) for safe in ("", "/", "!'()*"))}
    forms = {
        *encoded,
        *(re.sub("%..", lambda byte: byte[0].lower(), form) for form in encoded),
        secret,
        one_line(secret),
        escaped,
        escaped.replace('"', "&quot;"),
        escaped.replace('"', "&quot;").replace("'", "&apos;"),
        escaped.replace('"', "&#34;").replace("'", "&#39;"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    }
    # As one line, it can be too short.
    return {form for form in forms if len(form) >= _MIN_LENGTH}


def _members(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in SECRET_MEMBERS and isinstance(inner, bytes):
                from base64 import b64encode

                yield inner.decode("latin-1")
                yield b64encode(inner).decode()
            elif key in SECRET_MEMBERS:
                yield str(inner)
            else:
                yield from _members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _members(inner)
