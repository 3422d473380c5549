"""`explain` says what becomes of an event, and why."""

from collections.abc import Callable
from typing import Any

from routes.journeys.graph import Routes
from routes.journeys.walk import Journey, Outcome, Step, walk
from routes.tests import sample
from routes.tests.sample import BILLING, REGION, event

RoutesOf = Callable[[sample.Templates], Routes]


def journey(routes: Routes, one: dict[str, Any], bus: str = "shop") -> Journey:
    return walk(routes, one, routes.bus_named(bus))


def step_at(found: Journey, logical_id: str) -> Step:
    (step,) = [t[-1] for t in found.every_step() if t[-1].hop.resource.logical_id == logical_id]
    return step


def test_an_event_is_followed_over_accounts_to_its_consumers(routes_of: RoutesOf) -> None:
    found = journey(routes_of(sample.shop()), event("eu-west"))
    trails = [[step.hop.resource.logical_id for step in trail] for trail in found.ends()]
    assert ["Forward", "ToTopic", "EuSubscription", "EuMapping"] in trails
    assert [p.name for p in found.consumers()] == ["Bill", "Number", "Async", "Keep"]


def test_an_audit_log_is_no_consumer(routes_of: RoutesOf) -> None:
    found = journey(routes_of(sample.shop()), event("eu-west"))
    assert step_at(found, "ToLog").outcome is Outcome.DELIVERED
    assert "log group" not in {place.kind for place in found.consumers()}


def test_a_miss_names_the_field_its_value_and_what_was_wanted(routes_of: RoutesOf) -> None:
    found = journey(routes_of(sample.shop()), event("eu-west"))
    (miss,) = step_at(found, "UsSubscription").misses
    assert str(miss) == 'detail.location is "eu-west", the pattern wants prefix "us-"'


def test_an_unknown_field_gets_a_suggestion(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    policy = {"detail": {"locaton": ["eu-west"]}}
    templates["Billing"]["Resources"]["EuSubscription"]["Properties"]["FilterPolicy"] = policy
    (miss,) = step_at(journey(routes_of(templates), event("eu-west")), "EuSubscription").misses
    assert miss.suggestion == "detail.location"
    assert str(miss).endswith("(did you mean detail.location?)")


def test_a_slip_in_a_name_gets_a_suggestion(routes_of: RoutesOf) -> None:
    found = journey(routes_of(sample.shop()), event("eu-west", **{"detail-type": "ItemSod"}))
    (miss,) = step_at(found, "Forward").misses
    assert str(miss).endswith('wants "ItemSold" (did you mean "ItemSold" or "ItemSod"?)')


def test_a_value_that_is_only_near_gets_no_suggestion(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    policy = {"detail": {"location": ["us-east-1"]}}
    templates["Billing"]["Resources"]["EuSubscription"]["Properties"]["FilterPolicy"] = policy
    found = journey(routes_of(templates), event("us-west-1"))
    (miss,) = step_at(found, "EuSubscription").misses
    assert miss.suggestion is None


def test_a_field_at_another_depth_is_suggested(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    policy = {"detail": {"data": {"location": ["eu-west"]}}}
    templates["Billing"]["Resources"]["EuSubscription"]["Properties"]["FilterPolicy"] = policy
    (miss,) = step_at(journey(routes_of(templates), event("eu-west")), "EuSubscription").misses
    assert miss.suggestion == "detail.location"


def test_a_denied_hop_says_which_condition_denies_it(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    policy = templates["Billing"]["Resources"]["BusPolicy"]["Properties"]["Statement"]
    policy["Condition"]["StringEquals"]["events:detail-type"] = "ItemSent"
    step = step_at(journey(routes_of(templates), event("eu-west")), "Forward")
    assert step.outcome is Outcome.DENIED
    assert "events:detail-type: wants ItemSent; the request has ItemSold" in step.reason


def test_a_second_bus_to_bus_hop_is_dropped(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    third = f"arn:aws:events:{REGION}:033333333333:event-bus/third"
    templates["Billing"]["Resources"]["Again"] = sample.rule(third, "Letters", RoleArn="r")
    step = step_at(journey(routes_of(templates), event("eu-west")), "Again")
    assert step.outcome is Outcome.DROPPED


def test_the_same_hop_is_the_first_for_an_event_of_that_bus(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    third = f"arn:aws:events:{REGION}:033333333333:event-bus/third"
    templates["Billing"]["Resources"]["Again"] = sample.rule(third, "Letters", RoleArn="r")
    step = step_at(journey(routes_of(templates), event("eu-west"), "billing"), "Again")
    assert step.outcome is not Outcome.DROPPED


def test_a_target_that_is_known_at_deployment_only_is_unknown(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    templates["Billing"]["Parameters"] = {"Given": {"Type": "String"}}
    rule = sample.rule({"Ref": "Given"}, "Letters")
    templates["Billing"]["Resources"]["ToGiven"] = rule
    step = step_at(journey(routes_of(templates), event("eu-west")), "ToGiven")
    assert step.outcome is Outcome.UNKNOWN
    assert "⟨Parameter.Given⟩" in step.reason


def test_a_pattern_with_a_value_of_the_deployment_is_unknown(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    templates["Billing"]["Parameters"] = {"Given": {"Type": "String"}}
    rule = templates["Billing"]["Resources"]["ToFifo"]
    rule["Properties"]["EventPattern"] = {"detail": {"location": [{"Ref": "Given"}]}}
    step = step_at(journey(routes_of(templates), event("eu-west")), "ToFifo")
    assert step.outcome is Outcome.UNKNOWN


def test_an_input_transformer_shapes_what_a_filter_policy_sees(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    resources = templates["Billing"]["Resources"]
    resources["ToTopic"]["Properties"]["Targets"][0]["InputTransformer"] = {
        "InputPathsMap": {"where": "$.detail.location"},
        "InputTemplate": '{"place": <where>}',
    }
    resources["EuSubscription"]["Properties"]["FilterPolicy"] = {"place": ["eu-west"]}
    found = journey(routes_of(templates), event("eu-west"))
    assert step_at(found, "EuSubscription").outcome is Outcome.DELIVERED
    assert step_at(found, "UsSubscription").outcome is Outcome.MISSED


def test_without_raw_delivery_a_reader_sees_the_notification(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    resources = templates["Billing"]["Resources"]
    pattern = '{"body": {"detail": {"location": ["eu-west"]}}}'
    criteria = {"Filters": [{"Pattern": pattern}]}
    resources["EuMapping"]["Properties"]["FilterCriteria"] = criteria
    assert step_at(journey(routes_of(templates), event("eu-west")), "EuMapping").arrived
    del resources["EuSubscription"]["Properties"]["RawMessageDelivery"]
    assert not step_at(journey(routes_of(templates), event("eu-west")), "EuMapping").arrived


def test_a_second_generation_bus_is_followed_to_its_subscriber(routes_of: RoutesOf) -> None:
    templates = sample.shop()
    name = {"Fn::GetAtt": ["Next", "EventBusArn"]}
    templates["Billing"]["Resources"] |= {
        "Next": sample.resource("EventsV2::EventBus", Name="next"),
        "Subscriber": sample.resource(
            "EventsV2::Subscriber",
            Name="to-us",
            EventBusArn=name,
            InvokeConfiguration={
                "TargetArn": sample.arn("Us"),
                "RoleArn": sample.arn("SubscriberRole"),
            },
            FilterConfiguration={
                "Filters": [{"Scope": "DATA", "Pattern": '{"location": ["us-west"]}'}]
            },
        ),
        "SubscriberRole": sample.role("events", sample.allow("sqs:SendMessage", sample.arn("Us"))),
    }
    routes = routes_of(templates)
    assert [p.name for p in journey(routes, event("us-west"), "next").consumers()] == ["Bill"]
    assert journey(routes, event("eu-west"), "next").consumers() == []


def test_a_bus_of_another_stack_is_found_by_its_arn_in_plain_text(routes_of: RoutesOf) -> None:
    routes = routes_of(sample.shop())
    bus = routes.places.at(f"arn:aws:events:{REGION}:{BILLING}:event-bus/billing")
    assert bus.resource is not None
    assert bus.resource.address == "Billing/Bus"
