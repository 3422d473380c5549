"""Clients and retries, configured the same in every function."""

import random
import time
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

SERVICES = ["dynamodb", "events", "s3", "sns", "sqs"]
"""The services that functions make clients of."""

CONFIG = Config(
    connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 3}
)
"""Seconds. All attempts of one call fit into a function's timeout."""


class _Models(Loader):
    """botocore's models of services, of which its own loader lists all 400 for the first client."""

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002
        return SERVICES


def _session() -> boto3.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _Models())
    return boto3.Session(botocore_session=session)


_SESSION = _session()


def client(service: str) -> Any:
    """A client for the function's own account and region. Costs tens of ms: make it at import.

    UnknownServiceError if it is none of SERVICES.
    """
    return _SESSION.client(service, config=CONFIG)  # type: ignore[call-overload]


def attempts(count: int, first_pause: float = 0.05) -> Iterator[int]:
    """Yields 0 … count - 1 and pauses in between: exponential, with full jitter, in seconds.

    For what a client's own retries do not cover: the failed part of a batch, a lost race.
    """
    for attempt in range(count):
        if attempt:
            time.sleep(random.uniform(0, first_pause * 2**attempt))
        yield attempt
