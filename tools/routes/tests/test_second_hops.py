"""A second hop is found from the patterns alone, whichever of the two rules is the wider."""

import pytest

from routes.tests import sample
from routes.tests.conftest import Check
from routes.tests.sample import REGION

THIRD = f"arn:aws:events:{REGION}:033333333333:event-bus/third"
WIDE = {"source": [{"prefix": "sh"}]}
NARROW = {"source": ["shop"], "detail-type": ["ItemSold"], "detail": {"total": [300]}}
OTHER = {"source": ["billing"]}


def found(check: Check, first: object, second: object) -> set[str]:
    templates = sample.shop()
    templates["Shop"]["Resources"]["Forward"]["Properties"]["EventPattern"] = first
    again = sample.rule(THIRD, "Letters", RoleArn="r")
    again["Properties"]["EventPattern"] = second
    templates["Billing"]["Resources"]["Again"] = again
    return {finding.code.id for finding in check(templates, without_events=True)}


@pytest.mark.parametrize(("first", "second"), [(WIDE, NARROW), (NARROW, WIDE), (WIDE, WIDE)])
def test_two_rules_that_share_an_event_are_a_second_hop(
    check: Check, first: object, second: object
) -> None:
    assert "H301" in found(check, first, second)


@pytest.mark.parametrize(("first", "second"), [(WIDE, OTHER), (OTHER, NARROW)])
def test_two_rules_that_share_no_event_are_none(
    check: Check, first: object, second: object
) -> None:
    assert "H301" not in found(check, first, second)
