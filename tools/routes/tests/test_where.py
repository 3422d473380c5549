"""A subscription to some events of a type, by their content: `where` in the declaration."""

from typing import Any

from routes.tests import sample
from routes.tests.conftest import Check

DEAR = sample.event("us-west"), sample.event("eu-west")
CHEAP = sample.event("us-west", detail={"location": "us-west", "total": 100})
IS_DEAR = {"detail": {"total": [300]}}
IS_CHEAP = {"detail": {"total": [100]}}


def shop(where: Any, forwarded: Any, delivered: Any) -> sample.Templates:
    """The shop, whose billing subscribes to the items sold `where` a pattern matches.

    `forwarded` is what the rule of the shop's bus asks besides, `delivered` what billing's rules
    ask.
    """
    templates = sample.declare(sample.shop())
    said = templates["Billing"]["Metadata"]["crossbus"]
    said["subscribes"] = [{**sample.PLACED, "where": where}]
    for stack, more in (("Shop", forwarded), ("Billing", delivered)):
        for resource in templates[stack]["Resources"].values():
            if resource["Type"] == "AWS::Events::Rule":
                resource["Properties"]["EventPattern"].update(more)
    return templates


def found(check: Check, templates: sample.Templates) -> set[tuple[str, str]]:
    return {(each.code.id, each.place) for each in check(templates, *DEAR, CHEAP)}


def test_an_event_that_meets_it_reaches_its_consumer_and_no_other_has_to(check: Check) -> None:
    assert found(check, shop(IS_DEAR, IS_DEAR, IS_DEAR)) == set()


def test_an_event_that_does_not_meet_it_and_reaches_a_consumer_is_found(check: Check) -> None:
    wide = found(check, shop(IS_DEAR, {}, {}))
    assert {code for code, _ in wide} == {"R103"}
    assert ("R103", "Billing/Number") in wide


def test_a_rule_of_the_producer_that_lets_too_much_through_is_found(check: Check) -> None:
    assert found(check, shop(IS_DEAR, {}, IS_DEAR)) == {("R105", "Shop/Forward")}


def test_an_event_that_meets_it_and_reaches_nobody_is_found(check: Check) -> None:
    codes = {code for code, _ in found(check, shop(IS_DEAR, IS_CHEAP, IS_DEAR))}
    assert {"R101", "R102"} <= codes


def test_of_two_lines_for_one_type_either_is_enough(check: Check) -> None:
    templates = shop(IS_DEAR, {}, {})
    subscribes = templates["Billing"]["Metadata"]["crossbus"]["subscribes"]
    subscribes.append({**sample.PLACED, "where": IS_CHEAP})
    assert found(check, templates) == set()


def test_a_line_without_it_means_all(check: Check) -> None:
    templates = shop(IS_DEAR, {}, {})
    templates["Billing"]["Metadata"]["crossbus"]["subscribes"].append(sample.PLACED)
    assert found(check, templates) == set()


def test_what_eventbridge_refuses_is_found(check: Check) -> None:
    (told,) = [
        each.message
        for each in check(shop({"detail": {"total": 300}}, IS_DEAR, IS_DEAR), *DEAR)
        if each.code.id == "P201"
    ]
    assert told.startswith("Billing subscribes to shop · ItemSold where {'detail'")
