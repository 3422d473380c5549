"""What an event on a bus follows from, in an app whose buses forward to each other."""

from typing import Any

import pytest

from operate.causes import Causes, Sighting
from operate.tests import sample
from operate.tests.sample import DESK, SHELF, arn, function, queue, role, rule
from routes.journeys.graph import Routes

COPY_BUS = arn("events", DESK, "event-bus/copy")
FORWARDING: dict[str, Any] = {"RoleArn": {"Fn::GetAtt": ["Forwarding", "Arn"]}}


def bus(name: str) -> sample.Template:
    return {"Type": "AWS::Events::EventBus", "Properties": {"Name": name}}


def admits(name: str, account: str) -> sample.Template:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "events:PutEvents",
        "Resource": "*",
    }
    properties = {"EventBusName": name, "StatementId": "Other", "Statement": statement}
    return {"Type": "AWS::Events::EventBusPolicy", "Properties": properties}


def mapping(reader: str, read: str) -> sample.Template:
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": {"Ref": reader},
            "EventSourceArn": {"Fn::GetAtt": [read, "Arn"]},
        },
    }


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Routes:
    """BookLent goes from desk to copy and shelf; there `stamp` hands it on to `returner`, which
    puts a BookReturned on the bus, and that goes back to desk.
    """
    desk = {
        "Bus": bus("desk"),
        "Policy": admits("desk", SHELF),
        "Copy": bus("copy"),
        "Letters": queue("letters"),
        "Forwarding": role(
            "events.amazonaws.com",
            ("events:PutEvents", sample.SHELF_BUS),
            ("events:PutEvents", COPY_BUS),
        ),
        "ToShelf": rule("desk", sample.SHELF_BUS, "Letters", **FORWARDING),
        "ToCopy": rule("desk", COPY_BUS, "Letters", **FORWARDING),
    }
    lending = arn("sqs", SHELF, "stamped")
    shelf = {
        "Bus": bus("shelf"),
        "Policy": admits("shelf", DESK),
        "Letters": queue("letters"),
        "Forwarding": role("events.amazonaws.com", ("events:PutEvents", sample.DESK_BUS)),
        "Back": rule("shelf", sample.DESK_BUS, "Letters", "BookReturned", **FORWARDING),
        "Lent": queue("lent"),
        "ToLent": rule("shelf", {"Fn::GetAtt": ["Lent", "Arn"]}, "Letters"),
        "StampRole": role("lambda.amazonaws.com", ("sqs:SendMessage", lending)),
        "Stamp": function("stamp", "StampRole"),
        "Stamping": mapping("Stamp", "Lent"),
        "Stamped": queue("stamped"),
        "ReturnRole": role("lambda.amazonaws.com", ("events:PutEvents", sample.SHELF_BUS)),
        "Returner": function("returner", "ReturnRole"),
        "Returning": mapping("Returner", "Stamped"),
    }
    folder = tmp_path_factory.mktemp("causes") / "cdk.out"
    stacks = {"Desk": (DESK, {"Resources": desk}), "Shelf": (SHELF, {"Resources": shelf})}
    return Routes.of(sample.write_stacks(folder, stacks))


def on_bus(routes: Routes, name: str, at: float, type_: str, cause: str | None = None) -> Sighting:
    account = SHELF if type_ == "BookReturned" else DESK
    event: dict[str, Any] = {"source": "a", "detail-type": type_, "account": account, "detail": {}}
    return Sighting(at, routes.bus_named(name), f"e-{type_}", event, cause)


def in_function(routes: Routes, name: str, at: float, type_: str) -> Sighting:
    [place] = [each for each in routes.places if each.label == f"function {name}"]
    return Sighting(at, place, f"e-{type_}")


def test_a_forwarded_event_follows_from_the_bus_that_forwards_it_whoever_saw_it_last(
    routes: Routes,
) -> None:
    desk = on_bus(routes, "desk", 1.0, "BookLent")
    copy = on_bus(routes, "copy", 1.1, "BookLent")
    shelf = on_bus(routes, "shelf", 1.2, "BookLent")
    causes = Causes(routes, [desk, copy, shelf])
    assert (causes.of(shelf), causes.of(copy)) == (desk, desk)


def test_the_bus_where_code_put_an_event_follows_from_no_bus_that_got_it(routes: Routes) -> None:
    desk, shelf = (
        on_bus(routes, "desk", 1.0, "BookLent"),
        on_bus(routes, "shelf", 0.999, "BookLent"),
    )
    causes = Causes(routes, [shelf, desk])
    assert causes.of(desk) is None
    assert causes.of(shelf) is desk, "though the clock there is behind"


def test_of_an_event_that_comes_twice_each_follows_from_the_last_before_it(routes: Routes) -> None:
    first, again = on_bus(routes, "desk", 1.0, "BookLent"), on_bus(routes, "desk", 5.0, "BookLent")
    got, got_again = (
        on_bus(routes, "shelf", 1.5, "BookLent"),
        on_bus(routes, "shelf", 5.1, "BookLent"),
    )
    causes = Causes(routes, [first, got, again, got_again])
    assert (causes.of(got), causes.of(got_again)) == (first, again)


def test_a_function_follows_from_the_bus_before_it_and_from_what_handed_the_event_on(
    routes: Routes,
) -> None:
    desk, shelf = on_bus(routes, "desk", 1.0, "BookLent"), on_bus(routes, "shelf", 1.1, "BookLent")
    copy = on_bus(routes, "copy", 1.2, "BookLent")
    stamp = in_function(routes, "stamp", 2.0, "BookLent")
    returner = in_function(routes, "returner", 3.0, "BookLent")
    causes = Causes(routes, [desk, shelf, copy, stamp, returner])
    assert (causes.of(stamp), causes.of(returner)) == (shelf, stamp)
    assert Causes(routes, [desk, shelf, copy, returner]).of(returner) is shelf


def test_an_event_of_another_follows_from_where_its_domain_saw_the_cause(routes: Routes) -> None:
    desk, shelf = on_bus(routes, "desk", 1.0, "BookLent"), on_bus(routes, "shelf", 1.1, "BookLent")
    copy = on_bus(routes, "copy", 1.2, "BookLent")
    returned = on_bus(routes, "shelf", 4.0, "BookReturned", "e-BookLent")
    back = on_bus(routes, "desk", 4.1, "BookReturned", "e-BookLent")
    causes = Causes(routes, [desk, shelf, copy, returned, back])
    assert (causes.of(returned), causes.of(back)) == (shelf, returned)


def test_an_event_of_another_follows_from_the_function_that_worked_on_the_cause(
    routes: Routes,
) -> None:
    shelf = on_bus(routes, "shelf", 1.1, "BookLent")
    returner = in_function(routes, "returner", 3.0, "BookLent")
    late = in_function(routes, "returner", 6.0, "BookLent")
    returned = on_bus(routes, "shelf", 4.0, "BookReturned", "e-BookLent")
    assert Causes(routes, [shelf, returner, returned, late]).of(returned) is returner
