"""A stack deploys without its rules to buses that are not there yet, and once more with them."""

from typing import Any

import pytest

from deploy.errors import DeployError
from deploy.rounds import AWAITS_KEY, rounds
from routes.order.states import Key
from routes.tests.domains import (
    ACCOUNTS,
    REGION,
    Made,
    Templates,
    domains,
    observes,
    observing_each_other,
)

SHOP, BILLING = (Key(f"app-{name}", ACCOUNTS[name], REGION) for name in ("shop", "billing"))


@pytest.fixture
def both() -> Templates:
    return observing_each_other()


def deploys(keys: list[Key], before: Any, after: Any) -> list[tuple[Key, str]]:
    return [(each.key, each.values["IsThere"]) for each in rounds(keys, before, after)]


def test_of_two_that_send_to_each_other_the_first_deploys_once_more(
    made: Made, both: Templates
) -> None:
    found = rounds([BILLING, SHOP], made({}), made(both))
    assert [(each.key, each.values) for each in found] == [
        (BILLING, {"IsThere": "false"}),
        (SHOP, {"IsThere": "true"}),
        (BILLING, {"IsThere": "true"}),
    ]
    bus = f"arn:aws:events:{REGION}:{ACCOUNTS['shop']}:event-bus/shop"
    assert [each.note for each in found] == [
        f"app-billing: without its rules to {bus} until it deploys when that is there",
        "",
        f"app-billing: now with its rules to {bus}",
    ]


def test_what_is_deployed_already_is_not_awaited(made: Made, both: Templates) -> None:
    assert deploys([BILLING, SHOP], made(both), made(both)) == [(BILLING, "true"), (SHOP, "true")]


def test_one_that_deploys_alone_waits_for_another_deploy(made: Made, both: Templates) -> None:
    assert deploys([BILLING], made({}), made(both)) == [(BILLING, "false")]
    assert deploys([BILLING], made({"shop": both["shop"]}), made(both)) == [(BILLING, "true")]


def test_a_rule_that_says_nothing_of_it_is_always_there(made: Made) -> None:
    templates = observes(domains(), "billing", "shop", "Sold")
    assert [each.values for each in rounds([SHOP, BILLING], made({}), made(templates))] == [{}, {}]


def test_a_stack_that_goes_deploys_not_at_all(made: Made, both: Templates) -> None:
    stays = {"shop": domains()["shop"]}
    assert [each.key for each in rounds([SHOP, BILLING], made(both), made(stays))] == [SHOP]


def test_a_parameter_that_is_none_is_named(made: Made, both: Templates) -> None:
    both["billing"]["Resources"]["Toshop"]["Metadata"][AWAITS_KEY] = "Nothing"
    told = r"app-billing: Toshop: Metadata.crossbus:awaits must be a parameter .*'Nothing'"
    with pytest.raises(DeployError, match=told):
        rounds([BILLING], made({}), made(both))
