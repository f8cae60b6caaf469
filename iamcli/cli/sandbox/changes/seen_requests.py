"""What the server of the sandbox has seen of the requests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from xml.sax.saxutils import unescape

from iamcli.errors import one_line
from iamcli.output.redaction import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.cli.sandbox.wsgi import Response

_CODE = re.compile("<Code>(.*?)</Code>", re.DOTALL)
_MESSAGE = re.compile("<Message>(.*?)</Message>", re.DOTALL)
_ENTITIES = {"&quot;": '"', "&apos;": "'", "&#34;": '"', "&#39;": "'", "&#13;": " "}
#: Parameters in which a private key may be sent by mistake, also without the lines that
#: ``_PRIVATE_KEY`` looks for; messages repeat them.
_UPLOADED = ("CertificateBody", "CertificateChain", "SSHPublicKeyBody")
#: A private key that was sent in any other parameter.
_PRIVATE_KEY = re.compile(r"-+BEGIN[^-]*PRIVATE KEY.*", re.DOTALL | re.IGNORECASE)


@dataclass
class SeenRequests:
    """What was seen of the requests since the server started.

    ``reached``: whether one has reached the private IAM; ``without_environment``: the commands that
    sent nothing because their environment was reset, one for each time; ``refused``: the requests
    that the private IAM refused, each with ``operation``, ``code`` and ``message``, without the
    secrets of the request.
    """

    reached: bool = False
    without_environment: list[str] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)

    def note_refusal(self, fields: dict[str, str], response: Response) -> None:
        """Note the request with these ``fields`` if ``response`` refuses it."""
        if int(response.status.partition(" ")[0]) < HTTPStatus.BAD_REQUEST:
            return
        secrets = Secrets()
        secrets.gather(fields)
        secrets.add(*(fields[name] for name in _UPLOADED if name in fields))
        body = response.body.decode("utf-8", "replace")
        code, message = (
            unescape(match[1], _ENTITIES) if (match := pattern.search(body)) else ""
            for pattern in (_CODE, _MESSAGE)
        )
        message = _PRIVATE_KEY.sub("***", secrets.redact(message))
        self.refused.append(
            {
                "operation": fields.get("Action", ""),
                # A response without a code is not one of IAM.
                "code": code or response.status,
                "message": one_line(message),
            }
        )
