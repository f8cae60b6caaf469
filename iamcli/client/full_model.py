"""botocore's whole model of IAM, for the sandbox and for snapshots. Commands use the slim copy."""

from __future__ import annotations

import functools

from botocore.loaders import Loader
from botocore.model import ServiceModel


@functools.cache
def full_model() -> ServiceModel:
    """Return botocore's model of IAM: each operation with its parameters, response and errors."""
    return ServiceModel(Loader().load_service_model("iam", "service-2"), "iam")
