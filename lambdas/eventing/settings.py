"""A function's environment variables as a typed value."""

import os
from typing import TypeVar

import msgspec

Settings = TypeVar("Settings", bound=msgspec.Struct)


def read(model: type[Settings]) -> Settings:
    """The environment as `model`, whose fields are named like the variables in lower case.

    RuntimeError, naming the variable, if one is missing or of the wrong type.
    """
    values = {name.lower(): value for name, value in os.environ.items()}
    try:
        return msgspec.convert(values, model, strict=False)
    except msgspec.ValidationError as error:
        raise RuntimeError(f"environment of {model.__module__}: {error}") from error
