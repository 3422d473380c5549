"""Who admits deploys before who sends, and who stops sending before who stops admitting."""

import itertools
from collections.abc import Iterable

import pytest

from routes.journeys.graph import Routes
from routes.order.constraints import DeliveryConstraint
from routes.order.deliveries import Arrival, deliveries, events_of
from routes.order.plan import Plan, plan
from routes.order.states import Key, States
from routes.reading.assembly import Assembly
from routes.shown.order import plan_lines
from routes.tests.domains import Made, admits, arn, domains, handing_over, observes, resource, sends


def names(found: Plan) -> list[str]:
    return [step.key.name for step in found.steps]


def why(found: Plan) -> str:
    return "\n".join(plan_lines(found))


def test_a_consumer_deploys_before_the_producer_whose_event_it_begins_to_observe(
    made: Made,
) -> None:
    old = made(observes(domains(), "shop", "billing", "Billed"))
    new = made(
        observes(observes(domains(), "shop", "billing", "Billed"), "billing", "shop", "Sold")
    )

    found = plan(old, new)

    assert found.is_safe
    assert names(found) == ["app-billing", "app-shop"]
    assert (
        "app-shop will send shop · Sold by rule Tobilling to bus billing, which does not admit it"
        in why(found)
    )


def test_a_producer_deploys_before_the_consumer_that_no_longer_observes_its_event(
    made: Made,
) -> None:
    found = plan(made(observes(domains(), "billing", "shop", "Sold")), made(domains()))

    assert found.is_safe
    assert names(found) == ["app-shop", "app-billing"]
    assert "which no longer admits it once app-billing has deployed" in why(found)


def test_an_event_more_and_one_less_between_the_same_two_is_a_change_to_split(made: Made) -> None:
    old = made(observes(domains(), "billing", "shop", "Sold"))
    new = made(observes(domains(), "billing", "shop", "Returned"))

    found = plan(old, new)

    assert not found.is_safe
    (split,) = found.split
    assert isinstance(split, DeliveryConstraint)
    assert (split.kind, split.delivery.event) == ("takes away", "shop · Sold")
    assert names(found) == ["app-billing", "app-shop"]
    assert "keep: shop · Sold admitted by bus billing" in why(found)


def test_two_running_domains_that_begin_to_observe_each_other_are_a_change_to_split(
    made: Made,
) -> None:
    both = observes(observes(domains(), "billing", "shop", "Sold"), "shop", "billing", "Billed")

    found = plan(made(domains()), made(both))

    assert not found.is_safe
    assert len(found.split) == 1
    assert "leave out: " in why(found)


def test_at_first_the_domain_to_which_requests_come_deploys_last(made: Made) -> None:
    both = observes(observes(domains(), "billing", "shop", "Sold"), "shop", "billing", "Billed")
    # Billing publishes only what events lead to: its function reads the queue behind its bus.
    both["billing"]["Resources"]["Mapping"] = resource(
        "Lambda::EventSourceMapping",
        EventSourceArn={"Fn::GetAtt": ["shopQueue", "Arn"]},
        FunctionName={"Ref": "Publisher"},
    )

    found = plan(made({}), made(both))

    assert found.is_safe
    assert names(found) == ["app-billing", "app-shop"]
    assert "which is not there yet" in why(found)


def test_at_first_a_schedule_has_nothing_to_send_and_holds_up_nobody(made: Made) -> None:
    both = observes(observes(domains(), "billing", "shop", "Sold"), "shop", "billing", "Billed")
    # Billing publishes what events lead to, and each minute what was left unpublished.
    both["billing"]["Resources"] |= {
        "Mapping": resource(
            "Lambda::EventSourceMapping",
            EventSourceArn={"Fn::GetAtt": ["shopQueue", "Arn"]},
            FunctionName={"Ref": "Publisher"},
        ),
        "EachMinute": resource(
            "Events::Rule",
            Name="each-minute",
            ScheduleExpression="rate(1 minute)",
            Targets=[{"Id": "f", "Arn": arn("Publisher")}],
        ),
    }
    found = plan(made({}), made(both))
    assert found.is_safe
    assert names(found) == ["app-billing", "app-shop"]

    # Of a stack that runs already, nobody knows.
    running = domains()
    running["billing"]["Resources"]["EachMinute"] = both["billing"]["Resources"]["EachMinute"]
    assert not plan(made(running), made(both)).is_safe


def test_a_bus_that_admits_an_event_but_hands_it_to_nobody_yet_deploys_before_who_sends(
    made: Made,
) -> None:
    old, new = domains(), observes(domains(), "billing", "shop", "Sold")
    for templates in (old, new):
        admits(templates, "billing", "shop", None)

    found = plan(made(old), made(new))

    assert names(found) == ["app-billing", "app-shop"]
    assert "hands it to nobody yet" in why(found)


def test_what_is_refused_today_is_no_reason_to_wait(made: Made) -> None:
    old = domains()
    sends(old, "shop", "billing", ["Sold"])
    new = observes(domains(), "billing", "shop", "Sold")
    new["shop"]["Resources"]["Extra"] = resource("SQS::Queue")

    found = plan(made(old), made(new))

    assert not any(step.because for step in found.steps)


def test_stacks_that_do_not_change_are_named_and_not_ordered(made: Made) -> None:
    old, new = domains(), domains()
    new["shop"]["Resources"]["Extra"] = resource("SQS::Queue")

    found = plan(made(old), made(new))

    assert names(found) == ["app-shop"]
    assert [key.name for key in found.unchanged] == ["app-billing"]


def test_a_stack_that_goes_is_deleted_after_who_sent_to_it(made: Made) -> None:
    found = plan(
        made(observes(domains(), "billing", "shop", "Sold")), made({"shop": domains()["shop"]})
    )

    assert [(step.key.name, step.action) for step in found.steps] == [
        ("app-shop", "update"),
        ("app-billing", "delete"),
    ]


def test_who_gives_an_output_deploys_before_who_takes_it_as_a_parameter(made: Made) -> None:
    found = plan(made(domains()), made(handing_over(domains(), "shop", "billing")))

    assert found.is_safe
    assert names(found) == ["app-shop", "app-billing"]
    assert (
        "app-billing takes its parameter Given from the output Key of app-shop, which is not there"
        in why(found)
    )


def test_who_takes_an_output_lets_go_of_it_before_it_goes(made: Made) -> None:
    old = made(handing_over(domains(), "billing", "shop"))

    found = plan(old, made({"shop": domains()["shop"]}))

    assert [(step.key.name, step.action) for step in found.steps] == [
        ("app-shop", "update"),
        ("app-billing", "delete"),
    ]
    assert "app-shop depends on the output Key of app-billing by its parameter Given" in why(found)
    assert found.needed_before([found.steps[1].key])


def test_an_output_that_is_there_already_orders_nothing(made: Made) -> None:
    old, new = (handing_over(domains(), "shop", "billing") for _ in range(2))
    for name in new:
        new[name]["Resources"]["Other"] = resource("SQS::Queue")

    assert not any(step.because for step in plan(made(old), made(new)).steps)


def test_a_stack_whose_parameter_has_a_default_may_deploy_without_the_output(made: Made) -> None:
    new = handing_over(domains(), "shop", "billing")
    found = plan(made(domains()), made(new))
    assert not found.needed_before([found.steps[1].key])

    del new["billing"]["Parameters"]["Given"]["Default"]
    found = plan(made(domains()), made(new))
    assert [each.first.name for each in found.needed_before([found.steps[1].key])] == ["app-shop"]


def test_outputs_that_two_stacks_take_of_each_other_are_a_change_to_split(made: Made) -> None:
    new = handing_over(domains(), "shop", "billing")
    other = handing_over(domains(), "billing", "shop")
    for name in new:
        new[name] = {**other[name], **new[name]}
    new["shop"]["Metadata"] = other["shop"]["Metadata"]

    found = plan(made(domains()), made(new))

    assert not found.is_safe
    assert "leave out: app-" in why(found)


def test_one_stack_alone_waits_for_those_that_must_admit_what_it_sends(made: Made) -> None:
    found = plan(made(domains()), made(observes(domains(), "billing", "shop", "Sold")))
    shop, billing = (
        next(step.key for step in found.steps if step.key.name == name)
        for name in ("app-shop", "app-billing")
    )

    assert [each.first for each in found.needed_before([shop])] == [billing]
    assert not found.needed_before([billing])
    assert not found.needed_before([shop, billing])


MAPS = list(itertools.product(("", "Sold", "Returned", "Sold Returned"), ("", "Billed"), ("", "x")))


@pytest.mark.parametrize("before", MAPS, ids=str)
def test_no_event_is_refused_on_the_way_of_any_plan_that_calls_itself_safe(
    before: tuple[str, str, str], made: Made
) -> None:
    old = made(_observing(before))
    for after in MAPS:
        new = made(_observing(after))
        found = plan(old, new)
        if found.is_safe:
            _assert_nothing_is_refused(old, new, [step.key for step in found.steps])


def _observing(events: tuple[str, str, str]) -> dict[str, dict[str, object]]:
    sold, billed, stocked = events
    templates = domains("shop", "billing", "stock")
    observes(templates, "billing", "shop", *sold.split())
    observes(templates, "shop", "billing", *billed.split())
    return observes(templates, "stock", "billing", *stocked.split())


def _assert_nothing_is_refused(old: Assembly, new: Assembly, order: Iterable[Key]) -> None:
    states = States(old, new)
    events = events_of(states.before, states.after)
    done: set[Key] = set()
    for key in order:
        done.add(key)
        stacks = [stack for stack in old.stacks if Key.of(stack) not in done]
        stacks += [stack for stack in new.stacks if Key.of(stack) in done]
        now = deliveries(Routes(Assembly(new.directory, stacks)), events)
        assert not [delivery for delivery, fate in now.items() if fate.arrival > Arrival.OPEN]
