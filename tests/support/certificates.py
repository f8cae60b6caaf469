"""Certificates for servers on the loopback interface and for accounts, and SSH keys for users."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path


def self_signed(file: Path, *, days: int = 1, host: str = "127.0.0.1") -> Path:
    """Write a key and a certificate for ``host`` to ``file``, and return it."""
    is_name = any(map(str.isalpha, host))
    alternative = x509.DNSName(host) if is_name else x509.IPAddress(ip_address(host))
    now = datetime.now(timezone.utc)
    dates = (now - timedelta(days=2), now + timedelta(days=days))
    certificate, key = _signed(host, host, dates, x509.SubjectAlternativeName([alternative]))
    file.write_text(key + certificate)
    return file


@cache
def certificate(
    name: str, issuer: str = "", *, years: tuple[int, int] = (2026, 2126)
) -> tuple[str, str]:
    """Return a certificate that ``issuer`` signed, itself if it has none, and its private key.

    It is valid from the beginning of the first year to that of the second.
    """
    start, end = (datetime(year, 1, 1, tzinfo=timezone.utc) for year in years)
    return _signed(name, issuer or name, (start, end))


def _signed(
    name: str, issuer: str, dates: tuple[datetime, datetime], *extensions: x509.ExtensionType
) -> tuple[str, str]:
    """Return a certificate with ``extensions``, valid between ``dates``, and its private key."""

    def named(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return (
        builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode(),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )


def public_key(number: int = 0, *, bits: int = 2048, pem: bool = False) -> str:
    """Return an RSA key whose private key nobody has, in the format ``ssh-rsa`` or PEM.

    Each ``number`` makes another key.
    """
    key = RSAPublicNumbers(65537, (1 << bits - 1) + 2 * number + 1).public_key()
    if pem:
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
