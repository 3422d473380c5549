"""What a subscription may ask of an event's content, and what becomes of it in a pattern."""

from typing import Literal

import pytest

from contracts.language.catalog import CATALOG
from contracts.language.types import Contract, Identifier, Location
from routes.filters.matching import matches
from stacks import subscriptions as event_table
from stacks.building_blocks.patterns import pattern_for
from stacks.conditions import Condition, InvalidCondition, where
from stacks.subscriptions import Events, InvalidSubscription, Subscription


class Address(Contract, frozen=True):
    """A part of another contract."""

    city: str


class Parcel(Contract, frozen=True):
    """A contract with a field of each kind."""

    parcel_id: Identifier
    location: Location
    size: Literal["small", "large"]
    weight: int
    is_gift: bool
    sent_to: Address


@pytest.mark.parametrize(
    "condition",
    [
        where("data.parcelId", "parcel-1"),
        where("data.location", "eu-west", "eu-east"),
        where("data.weight", 1, 2),
        where("data.isGift", True),
        where("data.sentTo.city", "Cork"),
    ],
)
def test_a_field_of_the_contract_may_be_asked_for_values_of_its_type(condition: Condition) -> None:
    condition.check(Parcel)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (where("location", "eu-west"), "field 'location' is not valid, expected data.<field>"),
        (where("data", "x"), "field 'data' is not valid, expected data.<field>"),
        (where("metadata.subject", "x"), "field 'metadata.subject' is not valid, expected data."),
        (
            where("data.colour", "red"),
            "field 'data.colour' is not valid: no colour in Parcel, expected one of parcelId, loca",
        ),
        (where("data.parcel_id", "x"), "no parcel_id in Parcel, expected one of parcelId"),
        (where("data.sentTo.street", "x"), "no street in Address, expected one of city"),
        (where("data.weight.unit", "g"), "no unit in int, expected no field below a value"),
        (
            where("data.location", "eu-west", "mars"),
            "data.location: 'mars' is not valid, expected one of eu-east, eu-west, us-",
        ),
        (
            where("data.size", "medium"),
            "data.size: 'medium' is not valid, expected one of large, s",
        ),
        (where("data.weight", "1"), "data.weight: '1' is not valid, expected a value of its type"),
        (where("data.parcelId", "a b"), "data.parcelId: 'a b' is not valid, expected a value of"),
        (where("data.location"), "data.location: no value, expected one at least"),
    ],
)
def test_what_no_event_can_have_is_refused_with_field_value_and_what_was_expected(
    condition: Condition, told: str
) -> None:
    with pytest.raises(InvalidCondition) as raised:
        condition.check(Parcel)
    assert told in str(raised.value)


def test_a_line_of_the_event_map_is_refused_by_its_condition() -> None:
    observed = event_table.SUBSCRIPTIONS[0]
    line = observed._replace(condition=where("data.colour", "red"))
    with pytest.raises(InvalidSubscription) as raised:
        event_table.validate([*event_table.SUBSCRIPTIONS, line], event_table.UNOBSERVED)
    assert str(raised.value).startswith(f"{line}: field 'data.colour' is not valid: no colour in ")


def test_a_condition_that_an_old_version_cannot_meet_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An archive may bring it again, and then it would be lost without a sign."""
    current = event_table.PUBLISHED["orders", "OrderPlaced"]
    old = current._replace(version="0.1", data=Parcel)
    monkeypatch.setattr(event_table, "CATALOG", (*CATALOG, old))
    line = Subscription("invoicing", "orders", "OrderPlaced", where("data.currency", "EUR"))
    with pytest.raises(InvalidSubscription, match="no currency in Parcel"):
        event_table.validate([line], event_table.UNOBSERVED)


def event(detail_type: str, **data: object) -> dict[str, object]:
    source = event_table.SOURCES["orders"]
    return {
        "account": "1",
        "source": source,
        "detail-type": detail_type,
        "detail": {"data": data},
    }


def pattern(*kinds: tuple[str, Condition | None]) -> dict[str, object]:
    return pattern_for(Events("orders", kinds), "1")


def test_events_with_one_condition_are_one_pattern() -> None:
    small = where("data.size", "small")
    made = pattern(("Sent", small), ("Lost", small))
    assert made == {
        "account": ["1"],
        "source": [event_table.SOURCES["orders"]],
        "detail-type": ["Sent", "Lost"],
        "detail": {"data": {"size": ["small"]}},
    }


def test_events_with_different_conditions_are_alternatives_of_one_rule() -> None:
    made = pattern(("Sent", where("data.size", "small")), ("Lost", None))
    for data, sent, lost in (({"size": "small"}, True, True), ({"size": "large"}, False, True)):
        assert matches(made, event("Sent", **data)) is sent
        assert matches(made, event("Lost", **data)) is lost
    assert not matches(made, event("Found", size="small"))


def test_of_two_conditions_on_one_event_either_is_enough() -> None:
    made = pattern(("Sent", where("data.size", "small")), ("Sent", where("data.isGift", True)))
    assert matches(made, event("Sent", size="large", isGift=True))
    assert matches(made, event("Sent", size="small", isGift=False))
    assert not matches(made, event("Sent", size="large", isGift=False))


def test_an_event_is_allowed_once_however_many_conditions_it_has() -> None:
    kinds = (("Sent", where("data.size", "small")), ("Sent", where("data.size", "large")))
    assert Events("orders", kinds).detail_types == ["Sent"]
