"""Clients and retries, configured the same in every function."""

import random
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

CONFIG = Config(
    connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 3}
)
"""Seconds. All attempts of one call fit into a function's timeout."""

Client = Callable[[str], Any]
"""Gives a boto3 client of a service, by name."""


class _Models(Loader):
    """botocore's models of services, of which its own loader lists all 400 for the first client."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002
        return self.asked


@cache
def _session() -> tuple[boto3.Session, _Models]:
    session, models = botocore.session.get_session(), _Models()
    session.register_component("data_loader", models)
    return boto3.Session(botocore_session=session), models


@cache
def client(service: str) -> Any:
    """The client of a service for the function's own account and region, made once a process.

    It costs tens of ms. DataNotFoundError if there is no such service.
    """
    session, models = _session()
    models.asked.append(service)
    return session.client(service, config=CONFIG)  # type: ignore[call-overload]


def attempts(count: int, first_pause: float = 0.05) -> Iterator[int]:
    """Yields 0 … count - 1 and pauses in between: exponential, with full jitter, in seconds.

    For what a client's own retries do not cover: the failed part of a batch, a lost race.
    """
    for attempt in range(count):
        if attempt:
            time.sleep(random.uniform(0, first_pause * 2**attempt))
        yield attempt
