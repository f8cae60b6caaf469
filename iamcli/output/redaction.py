"""Removes secrets from output, by the names of their members and by their values."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
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


class Secrets:
    """The secrets that a command has sent or received, to redact them in text."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._hidden_forms: list[str] = []

    def add(self, *secrets: str) -> None:
        """Add ``secrets``, and each line of those that have several."""
        for secret in secrets:
            for part in (secret, *secret.splitlines()):
                if len(part) >= _MIN_LENGTH and part not in self._known:
                    self._known.add(part)
                    self._hidden_forms = []

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
        """Return ``text`` without the known secrets, plain, URL-encoded, in XML or in JSON."""
        if not self._known:
            return text
        # With -d, this is called for each string of a long list, so the forms are cached.
        self._hidden_forms = self._hidden_forms or sorted(self._forms(), key=len, reverse=True)
        for form in self._hidden_forms:
            text = text.replace(form, _HIDDEN)
        return text

    def _forms(self) -> set[str]:
        import json
        import re
        from urllib.parse import quote, quote_plus
        from xml.sax.saxutils import escape

        forms: set[str] = set()
        for secret in self._known:
            escaped = escape(secret)
            encoded = {quote(secret, safe=safe) for safe in ("", "/", "!'()*")}
            encoded.add(quote_plus(secret))
            forms |= encoded
            forms |= {re.sub("%..", lambda byte: byte[0].lower(), form) for form in encoded}
            forms |= {
                secret,
                escaped,
                escaped.replace('"', "&quot;"),
                escaped.replace('"', "&quot;").replace("'", "&apos;"),
                escaped.replace('"', "&#34;").replace("'", "&#39;"),
                json.dumps(secret)[1:-1],
                json.dumps(secret, ensure_ascii=False)[1:-1],
                repr(secret)[1:-1],
            }
        return forms


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
