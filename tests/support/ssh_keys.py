"""RSA public keys whose private keys nobody has."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def public_key(number: int = 0, *, bits: int = 2048, pem: bool = False) -> str:
    """Return a key as ``ssh-rsa`` or in PEM format; each ``number`` makes another key."""
    key = RSAPublicNumbers(65537, (1 << bits - 1) + 2 * number + 1).public_key()
    if pem:
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
