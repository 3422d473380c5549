"""The bus of the SaaS partner, and the custom bus that stands in for it."""

from typing import Any

import pytest

from stacks import context
from stacks.topology import STAND_IN
from tests.synth import template
from tests.synth.conftest import Templates
from tests.synth.made_up import PARTNER_SOURCE, Extended
from tests.synth.template import Template, target
from tests.synth.test_topology import VALID


def receivers(templates: Templates) -> list[Template]:
    """The stacks that receive something from outside."""
    found = [stack for stack in templates.values() if stack.said.get("receives")]
    assert found
    return found


def bus_of(stack: Template) -> tuple[str, dict[str, Any]]:
    """The bus on which what comes from outside arrives: its logical id and properties."""
    (found,) = [
        (id, bus) for id, bus in stack.of("AWS::Events::EventBus").items() if id != stack.bus
    ]
    return found


@pytest.fixture(scope="module")
def with_partner(extended: Extended) -> Templates:
    """The templates of a topology with a partner event source."""
    return template.read(extended.with_partner, extended.sources)


def test_with_a_partner_event_source_its_partner_bus_is_used(with_partner: Templates) -> None:
    for stack in receivers(with_partner):
        id, bus = bus_of(stack)
        assert bus["Name"] == bus["EventSourceName"] == PARTNER_SOURCE
        assert {(one["bus"], one["source"]) for one in stack.said["receives"]} == {
            (PARTNER_SOURCE, PARTNER_SOURCE)
        }
        (rule,) = on(stack, id, PARTNER_SOURCE)
        assert rule["EventPattern"] == {"source": [PARTNER_SOURCE]}


def test_without_one_a_custom_bus_stands_in_whose_source_an_account_may_use(
    templates: Templates,
) -> None:
    for stack in receivers(templates):
        id, bus = bus_of(stack)
        assert bus["Name"] == STAND_IN.bus
        assert "EventSourceName" not in bus
        (rule,) = on(stack, id, STAND_IN.bus)
        assert rule["EventPattern"] == {"source": [STAND_IN.source]}
    assert not STAND_IN.source.startswith("aws.")


def test_nothing_on_the_partner_s_bus_is_forwarded_to_another(templates: Templates) -> None:
    for stack in receivers(templates):
        id, bus = bus_of(stack)
        for rule in on(stack, id, bus["Name"]):
            for to in rule["Targets"]:
                assert target(to["Arn"]) in stack.of("AWS::SQS::Queue")


def test_nobody_of_another_account_may_put_there(templates: Templates) -> None:
    for stack in receivers(templates):
        id, bus = bus_of(stack)
        policies = stack.of("AWS::Events::EventBusPolicy").values()
        assert not [one for one in policies if one["EventBusName"] in ({"Ref": id}, bus["Name"])]


def on(stack: Template, bus: str, name: str) -> list[dict[str, Any]]:
    """The rules with a pattern on a bus, but for its archive's."""
    return [
        rule
        for rule in stack.of("AWS::Events::Rule").values()
        if rule["EventBusName"] in ({"Ref": bus}, name)
    ]


@pytest.mark.parametrize(
    "source",
    [
        "example.com/orders",
        "aws.partner/orders",
        "aws.partner/example.com/",
        "aws.partner/example.com/orders\n",
        "aws.partner/example.com/or ders",
        f"aws.partner/example.com/{'o' * 240}",
        7,
    ],
)
def test_what_is_no_partner_event_source_is_refused(source: object) -> None:
    with pytest.raises(context.InvalidTopology) as raised:
        context.topology_from(VALID | {"partnerEventSource": source})
    expected = "expected the name of a partner event source such as aws.partner/example.com/orders"
    assert str(raised.value).startswith(f"partnerEventSource: {source!r} is not valid, {expected}")
