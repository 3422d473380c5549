"""Makes a function's handler once a process, of its environment and its clients.

A handler module has `make(settings, client)`, which returns the handler. Lambda finds it as
`handler = function(make, Settings)`; a test calls `make` with settings and clients of its own.
"""

import os
from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

from eventing import settings
from eventing.aws import Client, client

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Handler = Callable[[dict[str, Any], "LambdaContext"], dict[str, Any]]


def function(
    make: Callable[[settings.Settings, Client], Handler], model: type[settings.Settings]
) -> Handler:
    """The handler that `make` makes of the environment, read as `model`, and of clients.

    On Lambda it is made when its module is imported, where a cold start has the most processor
    time, and RuntimeError names a variable that is missing. Elsewhere the first call makes it, so
    that a module can be imported with no environment at all.
    """

    def made() -> Handler:
        return make(settings.read(model), client)

    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        return made()
    once = cache(made)

    @wraps(make)
    def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
        return once()(event, context)

    return handler
