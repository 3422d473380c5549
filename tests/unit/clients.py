"""The boto3 clients of all tests, made once. moto comes first, so that it sees them."""

from functools import cache
from typing import Any

import boto3
import moto as moto

from eventing.aws import CONFIG
from tests.unit.deployed import REGION

_SESSION = boto3.Session(
    region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
)


@cache
def client(service: str) -> Any:
    """The client of a service, with the configuration of the functions' own."""
    return _SESSION.client(service, config=CONFIG)  # type: ignore[call-overload]
