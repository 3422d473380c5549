"""boto3's clients as handlers see them: every method is a call of the simulated AWS."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import botocore.session
from botocore.exceptions import ClientError

from simulate.errors import NotSimulated

if TYPE_CHECKING:
    from simulate.functions.calls import Calls
    from simulate.wiring import Function


class Client:
    """A client of a service, in a function's account and region."""

    def __init__(self, calls: "Calls", function: "Function", service: str) -> None:
        self._calls, self._function, self._service = calls, function, service
        endpoint = f"https://{service}.{function.region}.amazonaws.com"
        self.meta = SimpleNamespace(endpoint_url=endpoint, region_name=function.region)
        self.exceptions = _Exceptions()

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        if operation.startswith("_"):
            raise AttributeError(operation)

        def call(**arguments: Any) -> Any:
            return self._calls.call(self._function, self._service, operation, arguments)

        return call

    def get_paginator(self, operation: str) -> "_Paginator":
        """Pages of an operation: all that there is, on one."""
        return _Paginator(getattr(self, operation))


@contextmanager
def no_others() -> Iterator[None]:
    """While it lasts, code that makes a client by itself is stopped: that one would call AWS."""
    session = botocore.session.Session
    original = session.create_client
    session.create_client = _refused  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        session.create_client = original  # type: ignore[method-assign]


def _refused(_: botocore.session.Session, service: str, *__: Any, **___: Any) -> NoReturn:
    raise NotSimulated(
        f"a function makes a client of {service} by itself: expected one that the business's "
        "`handler` gives it"
    )


class _Paginator:
    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def paginate(self, **arguments: Any) -> Iterator[Any]:
        yield self._call(**arguments)


class _Exceptions:
    """The classes of a client's errors, by name."""

    def __getattr__(self, name: str) -> type[ClientError]:
        return error_class(name)


@cache
def error_class(code: str) -> type[ClientError]:
    """The class of errors with a code."""
    return type(code, (ClientError,), {})


def error(code: str, message: str, operation: str, **more: Any) -> ClientError:
    """The error that a client raises for a code."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 400},
        **more,
    }
    return error_class(code)(response, operation)
