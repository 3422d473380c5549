"""Runs code as an account in a region, the way ministack does for a request."""

from contextlib import AbstractContextManager
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import get_account_id, get_region, request_scope


def owner_of(arn: str) -> AbstractContextManager[None]:
    """The scope of the account and region that an ARN names."""
    parsed: Any = parse_arn(arn)
    scope: AbstractContextManager[None] = request_scope(parsed.account_id, parsed.region)
    return scope


def account() -> str:
    """The account of the current request."""
    return str(get_account_id())


def region() -> str:
    """The region of the current request."""
    return str(get_region())
