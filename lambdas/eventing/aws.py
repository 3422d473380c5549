"""Clients and retries, configured the same in every function."""

import random
import time
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config

CONFIG = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4}
)


def client(service: str) -> Any:
    """A client for the function's own account and region. Costs tens of ms: make it at import."""
    return boto3.client(service, config=CONFIG)  # type: ignore[call-overload]


def attempts(count: int, first_pause: float = 0.05) -> Iterator[int]:
    """Yields 0 … count - 1 and pauses in between: exponential, with full jitter, in seconds.

    For what a client's own retries do not cover: the failed part of a batch, a lost race.
    """
    for attempt in range(count):
        if attempt:
            time.sleep(random.uniform(0, first_pause * 2**attempt))
        yield attempt
