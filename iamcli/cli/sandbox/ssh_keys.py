"""SSH public keys: the two encodings that IAM accepts, and the fingerprint, which is the same."""

from __future__ import annotations

import base64
import hashlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


def parsed(body: str) -> RSAPublicKey | None:
    """Return the RSA key that ``body`` contains as ``ssh-rsa`` or in PEM format, None if none.

    A text that contains a private key is no public key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import (
        load_pem_public_key,
        load_ssh_public_key,
    )

    text = body.strip()
    is_ssh = text.startswith("ssh-rsa ") and len(text.splitlines()) == 1
    if "PRIVATE KEY" in text or not (is_ssh or _is_pem(text)):
        return None
    load = load_ssh_public_key if is_ssh else load_pem_public_key
    try:
        key = load(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def encoded(body: str, encoding: str) -> str:
    """Return the key ``body`` in the ``encoding`` SSH or PEM.

    A key that has this encoding, or that cannot be parsed, is returned unchanged.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = parsed(body)
    if not key or _is_pem(body) == (encoding == "PEM"):
        return body
    if encoding == "PEM":
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def fingerprint(body: str) -> str:
    """Return the MD5 message digest of an SSH public key, as pairs of digits with colons.

    moto computes it from the text and leaves out the colons. Source: API reference, SSHPublicKey
    (pattern) and UploadSSHPublicKey (sample response).
    """
    try:
        data = base64.b64decode(encoded(body, "SSH").split()[1], validate=True)
    except (IndexError, ValueError):
        data = body.encode(errors="backslashreplace")
    return hashlib.md5(data, usedforsecurity=False).digest().hex(":")


def _is_pem(body: str) -> bool:
    return body.lstrip().startswith("-----BEGIN ")
