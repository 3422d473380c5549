"""`redeliver`: what a rule or topic could not deliver, to its target."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eventing.delivering import LOG_STREAM
from tests.unit.calls import Calls, refused, throttled
from tests.unit.clients import client
from tests.unit.conftest import Lines
from tests.unit.deployed import ACCOUNT, REGION, Deployed
from tests.unit.golden import some_event
from tests.unit.messages import batch, failed
from tests.unit.world import World, world_of

BUS = f"arn:aws:events:{REGION}:999999999999:event-bus/consumer"
LOG_GROUP = "/aws/events/runtime"
OWN_BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/own"
WAITING = (
    "to-bus",
    "to-own-bus",
    "to-queue",
    "to-topic",
    "to-log",
    "to-pipe",
    "to-stream",
    "to-lake",
)


def queue(name: str) -> dict[str, Any]:
    """A queue of this name."""
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}


def reads(name: str) -> dict[str, Any]:
    """The mapping by which `redeliver` reads a queue."""
    arn = {"Fn::GetAtt": [name, "Arn"]}
    properties = {"FunctionName": {"Ref": "Redeliver"}, "EventSourceArn": arn}
    return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}


TARGETS = {
    "Fn::Join": [
        "",
        [
            json.dumps(
                {
                    "to-bus": BUS,
                    "to-own-bus": OWN_BUS,
                    "to-log": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{LOG_GROUP}",
                    "to-lake": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/lake",
                    "to-pipe": f"arn:aws:pipes:{REGION}:{ACCOUNT}:pipe/pipe",
                }
            ).removesuffix("}"),
            ', "to-queue": "',
            {"Fn::GetAtt": ["target", "Arn"]},
            '", "to-stream": "',
            {"Fn::GetAtt": ["Stream", "Arn"]},
            '", "to-topic": "',
            {"Ref": "Topic"},
            '"}',
        ],
    ]
}
TEMPLATE = {
    "Resources": {name: queue(name) for name in (*WAITING, "target", "subscribed", "undeliverable")}
    | {f"Reads{name}": reads(name) for name in WAITING}
    | {
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "stream"}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "topic"}},
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "Protocol": "sqs",
                "TopicArn": {"Ref": "Topic"},
                "Endpoint": {"Fn::GetAtt": ["subscribed", "Arn"]},
                "RawMessageDelivery": True,
            },
        },
        "Redeliver": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Handler": "eventing.redelivery.handler",
                "Code": {"S3Key": "code.zip"},
                "Environment": {
                    "Variables": {
                        "POWERTOOLS_SERVICE_NAME": "runtime.redeliver",
                        "TARGETS": TARGETS,
                        "UNDELIVERABLE_URL": {"Ref": "undeliverable"},
                    }
                },
            },
        },
    }
}
BY_RULE = {
    "RULE_ARN": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/runtime/rule",
    "TARGET_ARN": BUS,
    "ERROR_CODE": "NO_PERMISSIONS",
    "ERROR_MESSAGE": "the bus's policy does not allow it",
    "RETRY_ATTEMPTS": "0",
}


@pytest.fixture
def world(pauses: list[float]) -> Iterator[World]:  # noqa: ARG001
    """An account with queues of what waits, a target of each kind, and `redeliver`."""
    with world_of(Deployed("runtime", TEMPLATE, Path())) as made:
        for name in WAITING:
            client("sqs").create_queue(QueueName=name)
        logs = client("logs")
        logs.create_log_group(logGroupName=LOG_GROUP)
        logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName=LOG_STREAM)
        yield made


def redeliver(
    world: World, waits_in: str, *bodies: str, attributes: dict[str, str] | None = None
) -> list[str]:
    """Puts messages into a queue and has them redelivered; returns those that come again.

    They stay in the queue, as those of Lambda do until they are delivered, and are hidden there.
    """
    sqs, url = client("sqs"), world.domain.url(waits_in)
    entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies)]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)
    taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    told = {"dataType": "String", "stringListValues": [], "binaryListValues": []}
    records = [
        record
        | {
            "eventSourceARN": world.domain.arn(waits_in),
            "receiptHandle": message["ReceiptHandle"],
            "attributes": record["attributes"] | {"AWSTraceHeader": "Root=1-2-3"},
            "messageAttributes": {
                name: told | {"stringValue": value} for name, value in (attributes or {}).items()
            },
        }
        for record, message in zip(batch(*bodies)["Records"], taken["Messages"], strict=True)
    ]
    return failed(world.call("redeliver", {"Records": records}))


def is_hidden(world: World, waits_in: str) -> bool:
    """Whether nothing can be received from the queue now."""
    return "Messages" not in client("sqs").receive_message(QueueUrl=world.domain.url(waits_in))


def texts(message: dict[str, Any]) -> dict[str, str]:
    """The attributes of a message."""
    attributes = message.get("MessageAttributes", {})
    return {name: attribute["StringValue"] for name, attribute in attributes.items()}


def given_up(world: World) -> list[tuple[str, dict[str, str]]]:
    """What is set aside for good: body and attributes."""
    return [(one["Body"], texts(one)) for one in world.received("undeliverable")]


def an_event(**changes: Any) -> str:
    """An event as EventBridge hands it over."""
    envelope = {"time": "2026-11-23T10:00:00Z", "resources": ["arn:of:something"]}
    return json.dumps(json.loads(some_event()) | envelope | changes)


def test_what_is_logged_of_it_names_the_event(world: World, lines: Lines) -> None:
    redeliver(world, "to-queue", some_event(id="event-1", correlationId="request-1"), "no event")
    of_event, of_none = lines()
    assert (of_event["event_id"], of_event["correlation_id"]) == ("event-1", "request-1")
    assert "event_id" not in of_none


def test_an_event_is_put_on_its_bus_as_it_was(world: World) -> None:
    event = json.loads(an_event())
    assert redeliver(world, "to-bus", json.dumps(event), attributes=BY_RULE) == []
    (entry,) = world.bus.taken
    assert (entry["EventBusName"], entry["Source"]) == (BUS, event["source"])
    assert (entry["DetailType"], json.loads(entry["Detail"])) == (
        event["detail-type"],
        event["detail"],
    )
    assert (entry["Time"], entry["Resources"]) == (1795428000, event["resources"])
    assert entry["TraceHeader"] == "Root=1-2-3"


def test_a_message_goes_to_its_queue_with_what_it_was_published_with_and_no_more(
    world: World,
) -> None:
    told = BY_RULE | {"ErrorCode": "AccessDenied", "RequestID": "1", "location": "eu-west"}
    assert redeliver(world, "to-queue", "body", attributes=told) == []
    (message,) = world.received("target")
    assert (message["Body"], texts(message)) == ("body", {"location": "eu-west"})
    assert message["Attributes"]["AWSTraceHeader"] == "Root=1-2-3"


def test_an_event_for_a_topic_is_published_there(world: World) -> None:
    assert redeliver(world, "to-topic", an_event(), attributes=BY_RULE) == []
    assert world.messages("subscribed") == [an_event()]


def test_an_event_for_a_log_group_is_a_line_of_it(world: World) -> None:
    assert redeliver(world, "to-log", an_event()) == []
    events = client("logs").get_log_events(logGroupName=LOG_GROUP, logStreamName=LOG_STREAM)
    assert [event["message"] for event in events["events"]] == [an_event()]


def test_an_event_for_a_stream_is_a_record_parted_by_what_it_is_about(world: World) -> None:
    event = an_event()
    assert redeliver(world, "to-stream", event, attributes=BY_RULE) == []
    assert world.records("stream") == {event: json.loads(event)["detail"]["metadata"]["subject"]}


def test_an_event_for_a_delivery_stream_is_a_record_of_it(world: World) -> None:
    client("s3").create_bucket(
        Bucket="lake", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    client("firehose").create_delivery_stream(
        DeliveryStreamName="lake",
        ExtendedS3DestinationConfiguration={
            "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/writer",
            "BucketARN": "arn:aws:s3:::lake",
        },
    )
    assert redeliver(world, "to-lake", an_event(), attributes=BY_RULE) == []
    (file,) = client("s3").list_objects_v2(Bucket="lake")["Contents"]
    body = client("s3").get_object(Bucket="lake", Key=file["Key"])["Body"]
    assert body.read().decode() == an_event()


@pytest.mark.parametrize(
    "error",
    [
        throttled("SendMessage"),
        refused("SendMessage", "AccessDenied"),
        refused("SendMessage", "AWS.SimpleQueueService.NonExistentQueue"),
        ConnectionError("no network"),
    ],
    ids=repr,
)
def test_what_a_target_does_not_take_now_waits_and_is_delivered_when_it_does(
    world: World, calls: Calls, error: Exception
) -> None:
    calls.refuse("SendMessage", error)
    assert redeliver(world, "to-queue", "body", attributes=BY_RULE) == ["message-0"]
    assert is_hidden(world, "to-queue")
    assert given_up(world) == []
    assert failed(world.call("redeliver", one_of("to-queue", "body", world))) == []
    assert world.messages("target") == ["body"]


def one_of(waits_in: str, body: str, world: World) -> dict[str, Any]:
    """A batch of one message, which comes again."""
    (record,) = batch(body)["Records"]
    return {"Records": [record | {"eventSourceARN": world.domain.arn(waits_in)}]}


def test_what_a_bus_of_the_own_account_took_that_is_gone_waits(world: World) -> None:
    assert redeliver(world, "to-own-bus", an_event(), attributes=BY_RULE) == ["message-0"]
    assert is_hidden(world, "to-own-bus")
    client("events").create_event_bus(Name="own")
    assert redeliver(world, "to-own-bus", an_event(), attributes=BY_RULE) == []


def test_what_a_bus_does_not_take_now_waits(world: World) -> None:
    subject = json.loads(an_event())["detail"]["metadata"]["subject"]
    world.bus.refusals[subject] = 1
    assert redeliver(world, "to-bus", an_event(), attributes=BY_RULE) == ["message-0"]
    assert is_hidden(world, "to-bus")
    assert given_up(world) == []


@pytest.mark.parametrize(
    ("waits_in", "body", "error"),
    [
        ("to-bus", "no JSON", "no event: JSON is malformed"),
        ("to-bus", '{"source": "s"}', "no event: Object missing required field"),
        ("to-stream", "no JSON", "no event: JSON is malformed"),
        ("to-stream", an_event(detail={}), "no event: Object missing required field `metadata`"),
        ("to-pipe", "body", "is no bus, topic, queue, stream or log group"),
    ],
)
def test_what_can_never_be_delivered_is_given_up_at_once(
    world: World, waits_in: str, body: str, error: str
) -> None:
    assert redeliver(world, waits_in, body, attributes={"location": "eu-west"}) == []
    ((given, told),) = given_up(world)
    assert given == body
    assert error in told["error"]


def test_what_a_bus_refuses_for_good_is_given_up_at_once(world: World) -> None:
    subject = json.loads(an_event())["detail"]["metadata"]["subject"]
    world.bus.refusals[subject], world.bus.code = 1, "MalformedDetail"
    assert redeliver(world, "to-bus", an_event(), attributes=BY_RULE) == []
    ((_, told),) = given_up(world)
    assert told["error"] == "MalformedDetail: not this one"


def test_what_was_forwarded_before_is_given_up_at_once(world: World) -> None:
    """EventBridge forwards an event from bus to bus once."""
    hops = BY_RULE | {"ERROR_CODE": "THIRD_ACCOUNT_HOP_DETECTED"}
    assert redeliver(world, "to-bus", an_event(), attributes=hops) == []
    assert world.bus.taken == []
    assert len(given_up(world)) == 1


def test_what_is_given_up_keeps_all_that_came_with_it_and_says_where_it_waited(
    world: World,
) -> None:
    came_with = {"location": "eu-west", "ErrorCode": "AccessDenied"}
    redeliver(world, "to-pipe", "body", attributes=came_with)
    ((_, told),) = given_up(world)
    assert told.pop("errorType") == "NeverSucceeds"
    assert told.pop("error")
    assert told == came_with | {"waitedIn": world.domain.arn("to-pipe")}


def test_one_that_is_not_taken_holds_up_no_other(world: World, calls: Calls) -> None:
    calls.refuse("SendMessage", refused("SendMessage", "AccessDenied"))
    assert redeliver(world, "to-queue", "first", "second", attributes=BY_RULE) == ["message-0"]
    assert world.messages("target") == ["second"]
