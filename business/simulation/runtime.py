"""How a handler is made here: by its module's `make`, of its environment and clients.

Powertools keeps in one place what all functions of a process measure and log. Here many run in one,
so that another stands for it: metrics are printed by the invocation that measured them, as they
would be, and nothing is logged.
"""

import os
from collections import defaultdict
from collections.abc import Callable
from functools import cache, wraps
from types import ModuleType
from typing import Any

import msgspec
from aws_lambda_powertools import Logger, Metrics

from simulate.functions.invocation import Crash, Invocation
from simulate.loop import running

# Handlers are loaded after this.
os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "CRITICAL")

Handler = Callable[[Any, Any], Any]

_measured: dict[Invocation, list[str]] = defaultdict(list)
"""What each invocation will print."""


def handler(
    module: ModuleType, environment: dict[str, str], client: Callable[[str], Any]
) -> Handler:
    """The handler of a module, as `eventing.function` makes it on Lambda."""
    _stand_in()
    values = {name.lower(): value for name, value in environment.items()}
    settings = msgspec.convert(values, module.Settings, strict=False)
    made: Handler = module.make(settings, client)
    return made


@cache
def _stand_in() -> None:
    """Puts what stands for Powertools into its place, in this process."""
    for cls, name, instead in (
        (Metrics, "add_metric", _add_metric),
        (Metrics, "log_metrics", _log_metrics),
        (Logger, "inject_lambda_context", lambda *_, **__: lambda handler: handler),
        (Logger, "append_keys", lambda *_, **__: None),
        (Logger, "remove_keys", lambda *_, **__: None),
        (Logger, "set_correlation_id", lambda *_, **__: None),
    ):
        setattr(cls, name, instead)


def _add_metric(metrics: Metrics, name: str, unit: str, value: float) -> None:
    invocation: Invocation = running()
    service = invocation.function.environment["POWERTOOLS_SERVICE_NAME"]
    directive = {
        "Namespace": metrics.namespace,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    said = {"_aws": {"CloudWatchMetrics": [directive]}, "service": service, name: value}
    _measured[invocation].append(msgspec.json.encode(said).decode())


def _log_metrics(_: Metrics, handler: Handler) -> Handler:
    @wraps(handler)
    def measured(event: Any, context: Any) -> Any:
        invocation: Invocation = running()
        try:
            return handler(event, context)
        except Crash:
            # A process that dies prints nothing.
            _measured.pop(invocation, None)
            raise
        finally:
            for line in _measured.pop(invocation, ()):
                print(line)

    return measured
