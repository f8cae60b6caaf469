"""The model of IAM, which describes each operation: botocore's own, and a slim copy of it."""

from __future__ import annotations

import functools
import json
import os

from botocore.model import ServiceModel


@functools.cache
def slim_model() -> ServiceModel:
    """Return what commands need of botocore's model; ``tools/slim_model.py`` makes the file."""
    with open(os.path.join(os.path.dirname(__file__), "model.json"), encoding="utf-8") as file:
        return ServiceModel(json.load(file), "iam")


@functools.cache
def full_model() -> ServiceModel:
    """Return botocore's model: each operation with its parameters, response and errors."""
    from botocore.loaders import Loader

    return ServiceModel(Loader().load_service_model("iam", "service-2"), "iam")
