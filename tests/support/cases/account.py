"""The rows of the commands for the account: alias, password policy, server certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.cases.case import Case, no_such
from support.cases.checks import finds, has, lacks, listed
from support.cases.prepared import calling, nothing

if TYPE_CHECKING:
    from support.cases.accounts import MotoAccount


with_password_policy = calling(
    "update_account_password_policy", MinimumPasswordLength=14, MaxPasswordAge=90
)


def with_server_certificate(account: MotoAccount) -> None:
    account.iam.upload_server_certificate(
        ServerCertificateName="site",
        CertificateBody=(account.home / "cert.pem").read_text(),
        PrivateKey=(account.home / "key.pem").read_text(),
    )


server_certificate = finds("get_server_certificate", "ServerCertificateName")
aliases = listed("list_account_aliases", "AccountAliases")


def certificate_lines(account: MotoAccount) -> list[str]:
    found = account.read(
        "get_server_certificate", "ServerCertificate", ServerCertificateName="site"
    )
    metadata = found["ServerCertificateMetadata"] if found else {}
    return [metadata[name] for name in ("Arn", "ServerCertificateId") if found]


def password_rules(account: MotoAccount) -> dict[str, Any]:
    return account.read("get_account_password_policy", "PasswordPolicy") or {}


def lost_of_rules(account: MotoAccount, err: str) -> list[str]:
    """Return what a new password policy says falsely about the age, which has no option."""
    age = password_rules(account).get("MaxPasswordAge")
    if "may have been reset: MaxPasswordAge," in err:
        return []
    kept = "kept from the current policy: MaxPasswordAge 90\n" in err
    return [] if kept and age == 90 else [f"MaxPasswordAge {age}"]


ACCOUNT = {
    "accountaliascreate": Case(
        "iam-accountaliascreate -a example",
        nothing,
        lambda account: aliases(account) == ["example"],
        operation="CreateAccountAlias",
        check="iam-accountaliaslist",
        once=True,
    ),
    "accountaliasdelete": Case(
        "iam-accountaliasdelete -a example",
        calling("create_account_alias", AccountAlias="example"),
        lacks(aliases),
        operation="DeleteAccountAlias",
        missing="No such alias example",
        check="iam-accountaliaslist",
    ),
    "accountmodpasswordpolicy": Case(
        "iam-accountmodpasswordpolicy -m 8",
        with_password_policy,
        lambda account: password_rules(account).get("MinimumPasswordLength") == 8,
        unreported=lost_of_rules,
        operation="UpdateAccountPasswordPolicy",
        check="iam-accountgetpasswordpolicy",
    ),
    "accountdelpasswordpolicy": Case(
        "iam-accountdelpasswordpolicy",
        with_password_policy,
        lacks(password_rules),
        operation="DeleteAccountPasswordPolicy",
        missing="The account policy with name PasswordPolicy cannot be found.",
        check="iam-accountgetpasswordpolicy",
    ),
    "servercertupload": Case(
        "iam-servercertupload -s site -b cert.pem -k key.pem -v",
        nothing,
        has(certificate_lines),
        certificate_lines,
        operation="UploadServerCertificate",
        check="iam-servercertgetattributes -s site",
        once=True,
    ),
    "servercertmod": Case(
        "iam-servercertmod -s site -n page",
        with_server_certificate,
        has(server_certificate, "page"),
        operation="UpdateServerCertificate",
        check="iam-servercertlistbypath",
        once=True,
    ),
    "servercertdel": Case(
        "iam-servercertdel -s site",
        with_server_certificate,
        lacks(server_certificate, "site"),
        operation="DeleteServerCertificate",
        missing=no_such("Server Certificate", "site"),
        check="iam-servercertgetattributes -s site",
    ),
}
