"""The AWS configuration, as botocore reads it, and the session that reads it."""

from __future__ import annotations

import contextlib
import os

from botocore.exceptions import BotoCoreError, ProfileNotFound

from iamcli.connection.regions import NO_REGION
from iamcli.connection.sources import other_profiles, shared_files
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from botocore.session import Session

    from iamcli.config.settings import Settings

#: The environment variable of each setting. Source: botocore.configprovider.
VARIABLES = {
    "ca_bundle": "AWS_CA_BUNDLE",
    "ignore_configured_endpoint_urls": "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "max_attempts": "AWS_MAX_ATTEMPTS",
    "retry_mode": "AWS_RETRY_MODE",
    "tcp_keepalive": "BOTOCORE_TCP_KEEPALIVE",
    "use_dualstack_endpoint": "AWS_USE_DUALSTACK_ENDPOINT",
    "use_fips_endpoint": "AWS_USE_FIPS_ENDPOINT",
}

#: The variables of the region and of the profile; the first that is not empty counts. botocore
#: does not read AWS_REGION, and takes an empty variable for a name.
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
PROFILE_VARIABLES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")

#: The settings that do not count with a credential file if they are in the shared files.
ENVIRONMENT_ONLY = frozenset(
    {"ignore_configured_endpoint_urls", "region", "use_dualstack_endpoint", "use_fips_endpoint"}
)


class NoProfile(Failure):
    """The profile does not exist."""


class AWSConfig:
    """The AWS configuration: the environment and, if there are any, the shared files.

    ``session``: a botocore session, which reads the files; None if there are none, because its
    import takes 20 ms. ``independent``: whether the key is from a credential file, so that the
    files cannot select the service that receives the requests.
    """

    def __init__(self, session: Session | None, *, independent: bool = False) -> None:
        self.session = session
        self._independent = independent
        self._store = session.get_component("config_store") if session else None

    @classmethod
    def for_settings(cls, settings: Settings) -> AWSConfig:
        """Return the AWS configuration for ``settings``, with a session only if one is needed.

        Raises the exceptions of botocore if the files cannot be used, and NoProfile.
        """
        has_profile = any(map(os.environ.get, PROFILE_VARIABLES))
        if settings.keys and not (has_profile or any(map(os.path.isfile, shared_files()))):
            return cls(None)
        if settings.credential_file is None:
            return cls(_session())
        return cls(_readable_session(), independent=True)

    def get(self, name: str) -> Any:
        """Return the setting ``name``, or None if it is not set."""
        if self._store and not (self._independent and name in ENVIRONMENT_ONLY):
            value = self._store.get_config_variable(name)
            return None if value == "" else value
        variables = REGION_VARIABLES if name == "region" else (VARIABLES.get(name, ""),)
        return next(filter(None, map(os.environ.get, variables)), None)

    @property
    def max_attempts(self) -> Any:
        """The setting as specified, or None; botocore would raise ValueError if it is invalid."""
        files = self.session.get_scoped_config() if self.session else {}
        return os.environ.get(VARIABLES["max_attempts"]) or files.get("max_attempts")

    @property
    def region(self) -> str:
        """The configured region, or ``NO_REGION``."""
        return str(self.get("region") or NO_REGION)

    @property
    def region_source(self) -> str:
        """Where the region is from: the variable, or the profile and its file."""
        variable = region_variable()
        if variable or not self.session:
            return variable
        from botocore.configloader import raw_config_parse

        profile = self.session.profile or "default"
        file = self.session.get_config_variable("credentials_file") or ""
        name = os.path.expanduser(file)
        # botocore reads the profile in this file last. A pipe cannot be read again.
        profiles = raw_config_parse(name) if os.path.isfile(name) else {}
        if "region" not in profiles.get(profile, ()):
            file = self.session.get_config_variable("config_file")
        return f"the region of the profile {profile} in {file}"

    @property
    def region_in_words(self) -> str:
        """What the region is and what sets it: "AWS_REGION is cn-north-1"."""
        if not (region := self.get("region")):
            return f"{REGION_VARIABLES[0]} is not set"
        return f"{region_variable() or 'the region of the AWS profile'} is {region}"

    def switch(self, name: str) -> bool:
        """Return the Boolean setting ``name``."""
        return str(self.get(name)).lower() == "true"

    def endpoint_url(self, service: str = "iam") -> tuple[str, str] | None:
        """Return the configured endpoint of a service and its source, or None if there is none."""
        if self.switch("ignore_configured_endpoint_urls"):
            return None
        for variable in (endpoint_variable(service), "AWS_ENDPOINT_URL"):
            if url := os.environ.get(variable):
                return url, variable
        if not self.session or self._independent:
            return None
        from botocore.configprovider import ConfiguredEndpointProvider

        url = ConfiguredEndpointProvider(
            self.session.full_config, self.session.get_scoped_config(), service, environ={}
        ).provide()
        # botocore parses indented lines as a section, which is not a string.
        address = url if isinstance(url, str) else ""
        return (address, "endpoint_url of the AWS configuration") if url else None


def region_variable() -> str:
    """Return the variable that the region is from, or ""."""
    return next(filter(os.environ.get, REGION_VARIABLES), "")


def endpoint_variable(service: str) -> str:
    """Return the variable of the endpoint of ``service`` ("sso-oidc")."""
    return f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"


def _session(**variables: Any) -> Session:
    """Return a botocore session that has read its files; ``variables`` are its variables.

    Raises the exceptions of botocore if a file cannot be read, and NoProfile.
    """
    from botocore.session import Session

    profile, region = (
        [name for name in names if os.environ.get(name)]
        for names in (PROFILE_VARIABLES, REGION_VARIABLES)
    )
    own = {"profile": (None, profile, None, None), "region": ("region", region, None, None)}
    session = Session({**own, **variables})
    try:
        session.get_scoped_config()
    except ProfileNotFound as error:
        failure = NoProfile(str(error))
        failure.hint = other_profiles(session, session.profile)
        raise failure from None
    return session


def _readable_session() -> Session | None:
    """Return a session with those of the shared files that can be read, or None."""
    with contextlib.suppress(BotoCoreError, NoProfile):
        return _session()
    with contextlib.suppress(BotoCoreError, NoProfile):
        return _session(credentials_file=(None, None, os.devnull, None))
    return None
