"""Reads the topology from CDK context: that of cdk.json, and of `-c`, which wins.

`-c region=eu-central-1`, `-c accounts.orders=333333333333`, or `-c accounts=333333333333` for every
domain in one account; `-c monitoring=` for no account that sees them all; `-c brokers=mq,msk` for
the stacks that consume from brokers.
"""

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any

from aws_cdk import region_info

from stacks.topology import BROKERS, DOMAINS, Topology

ENVIRONMENT_NAME = "1 to 16 of a-z 0-9 - that begin with a letter, such as dev"

KEYS = (
    "environment",
    "region",
    "organization",
    "accounts",
    "brokers",
    "monitoring",
    "nag",
    "partnerEventSource",
)

ACCOUNT, ACCOUNT_ID = "[0-9]{12}", "an AWS account id of 12 digits"


class InvalidTopology(ValueError):
    """A field of the topology: its name, its value and what was expected."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        super().__init__(f"{field}: {value!r} is not valid, expected {expected}")


def topology_from(context: Mapping[str, Any]) -> Topology:
    """The topology that the context describes. InvalidTopology, naming the field, if none."""
    _refuse_unknown(context)
    environment = _matching(context, "environment", "[a-z][a-z0-9-]{0,15}", ENVIRONMENT_NAME)
    region = str(context.get("region"))
    known = region_info.Fact.regions
    if region not in known:
        near = difflib.get_close_matches(region, known, n=3)
        raise InvalidTopology("region", region, f"an AWS region{_such_as(near)}")
    organization = None
    if context.get("organization"):
        organization = _matching(
            context, "organization", "o-[a-z0-9]{10,32}", "an id such as o-a1b2c3d4e5, or none"
        )
    monitoring = None
    if context.get("monitoring"):
        monitoring = _matching(context, "monitoring", ACCOUNT, f"{ACCOUNT_ID}, or none")
    partner = None
    if context.get("partnerEventSource"):
        # As CreateEventBus has it, in its reference.
        partner = _matching(
            context,
            "partnerEventSource",
            r"(?=.{1,256}\Z)aws\.partner(/[._A-Za-z0-9-]+){2,}",
            "the name of a partner event source such as aws.partner/example.com/orders, or none",
        )
    accounts, brokers = _accounts(context), _brokers(context.get("brokers"))
    return Topology(environment, region, accounts, organization, monitoring, partner, brokers)


def _brokers(given: object) -> tuple[str, ...]:
    """Those that are named, in the order of BROKERS. InvalidTopology for another."""
    named = [name for name in str(given or "").split(",") if name]
    if not set(named) <= set(BROKERS):
        raise InvalidTopology("brokers", given, f"some of {', '.join(BROKERS)}, or none")
    return tuple(name for name in BROKERS if name in named)


def _refuse_unknown(context: Mapping[str, Any]) -> None:
    """A mistyped key would deploy to a default. CDK's own keys have a colon or begin with @."""
    for key, value in context.items():
        if key not in KEYS and not key.startswith(("accounts.", "@")) and ":" not in key:
            near = difflib.get_close_matches(key, KEYS, n=1)
            raise InvalidTopology(key, value, f"a key of {', '.join(KEYS)}{_such_as(near)}")


def _accounts(context: Mapping[str, Any]) -> dict[str, str]:
    accounts = _parsed(context.get("accounts"))
    if isinstance(accounts, int | str):
        accounts = dict.fromkeys(DOMAINS, str(accounts))
    if not isinstance(accounts, dict):
        raise InvalidTopology("accounts", accounts, "an account id for each domain, or one for all")
    dotted = {key[9:]: value for key, value in context.items() if key.startswith("accounts.")}
    accounts = accounts | dotted
    for domain in accounts:
        if domain not in DOMAINS:
            raise InvalidTopology("accounts", domain, f"one of {', '.join(DOMAINS)}")
    return {
        domain: _matching(
            {f"accounts.{domain}": accounts.get(domain)},
            f"accounts.{domain}",
            ACCOUNT,
            ACCOUNT_ID,
        )
        for domain in DOMAINS
    }


def _parsed(value: object) -> Any:
    """A value given with `-c` is text: an object is written as JSON there."""
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise InvalidTopology("accounts", value, f"JSON ({error})") from error


def _matching(context: Mapping[str, Any], field: str, pattern: str, expected: str) -> str:
    value = context.get(field)
    if not isinstance(value, int | str) or not re.fullmatch(pattern, str(value)):
        raise InvalidTopology(field, value, expected)
    return str(value)


def _such_as(names: list[str]) -> str:
    return f" such as {' or '.join(names)}" if names else ""
