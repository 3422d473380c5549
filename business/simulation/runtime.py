"""How a handler is made here: by its module's `make`, of its environment and clients."""

import os
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import msgspec

# Handlers are loaded after this: what they log and measure is not looked at.
os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "CRITICAL")
warnings.filterwarnings("ignore", "No application metrics", UserWarning)


def handler(
    module: ModuleType, environment: dict[str, str], client: Callable[[str], Any]
) -> Callable[[Any, Any], Any]:
    """The handler of a module, as `eventing.function` makes it on Lambda."""
    values = {name.lower(): value for name, value in environment.items()}
    settings = msgspec.convert(values, module.Settings, strict=False)
    made: Callable[[Any, Any], Any] = module.make(settings, client)
    return made
