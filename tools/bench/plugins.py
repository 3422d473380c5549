"""Modules of the app that a tool is given by name, for what it cannot know itself."""

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType


def load(name: str, needed: Iterable[str], *, what: str) -> ModuleType:
    """The module, of the current folder or of what is installed, that has what is needed of one.

    ValueError, naming the module and what it lacks to be `what`, if it is none.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{name} is no module: {error}; name that of the {what} with --{what}"
        ) from error
    lacking = [each for each in needed if not hasattr(module, each)]
    if lacking:
        raise ValueError(f"{name} is no {what}: it lacks {', '.join(lacking)}")
    return module
