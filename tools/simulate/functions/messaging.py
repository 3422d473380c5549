"""The calls of SQS, SNS, EventBridge, Kinesis and Firehose."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bench.entries import flaw
from routes.network.model import Place
from simulate.errors import NotSimulated
from simulate.functions.invocation import Invocation
from simulate.functions.refusals import Refused, permitted
from simulate.loop import running
from simulate.moving.parcels import Parcel
from simulate.state.queues import Queue

if TYPE_CHECKING:
    from simulate.wiring import Function
    from simulate.world import World

Arguments = dict[str, Any]
MOST_ENTRIES = 10
MOST_BYTES = 256 * 1024
LONGEST_HIDDEN_S = 12 * 3600


class Messaging:
    """Queues, topics, buses and streams of all accounts, as functions call them."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.operations: dict[str, Callable[[Function, Arguments], Any]] = {
            "sqs.send_message": self._send_message,
            "sqs.send_message_batch": self._send_message_batch,
            "sqs.change_message_visibility": self._change_message_visibility,
            "sqs.delete_message": self._delete_message,
            "sns.publish": self._publish,
            "sns.publish_batch": self._publish_batch,
            "events.put_events": self._put_events,
            "events.describe_event_bus": self._describe_event_bus,
            "kinesis.put_record": self._put_record,
            "firehose.put_record": self._put_firehose_record,
        }

    def _queue(self, function: "Function", url: str, action: str) -> Queue:
        account, name = url.rsplit("/", 2)[1:]
        arn = f"arn:aws:sqs:{function.region}:{account}:{name}"
        queue = self._world.queues.get(arn)
        if queue is None:
            raise Refused("AWS.SimpleQueueService.NonExistentQueue", f"there is no queue {url}")
        permitted(self._world, function, action, arn, name)
        return queue

    def _send_message(self, function: "Function", arguments: Arguments) -> Any:
        queue = self._queue(function, arguments["QueueUrl"], "sqs:SendMessage")
        return {"MessageId": self._send(queue, arguments, 0)}

    def _send_message_batch(self, function: "Function", arguments: Arguments) -> Any:
        queue = self._queue(function, arguments["QueueUrl"], "sqs:SendMessage")
        return self._each_of(
            arguments["Entries"],
            "MessageBody",
            lambda entry, number: self._send(queue, entry, number),
        )

    def _each_of(
        self, entries: list[Arguments], body: str, send: Callable[[Arguments, int], str]
    ) -> Any:
        """Sends each of a batch, but for those that are refused."""
        if not 0 < len(entries) <= MOST_ENTRIES:
            raise Refused("TooManyEntriesInBatchRequest")
        if len({entry["Id"] for entry in entries}) < len(entries):
            raise Refused("BatchEntryIdsNotDistinct")
        if sum(len(entry[body].encode()) for entry in entries) > MOST_BYTES:
            raise Refused("BatchRequestTooLong")
        sent, failed = [], []
        refusing = self._strikes("messages refused")
        for number, entry in enumerate(entries):
            if refusing and self._world.chance.number("refused", number, *_about()) < 0.5:
                code = {"Code": "InternalError", "SenderFault": False, "Message": "try again"}
                failed.append({"Id": entry["Id"], **code})
            else:
                sent.append({"Id": entry["Id"], "MessageId": send(entry, number)})
        return {"Successful": sent, "Failed": failed}

    def _send(self, queue: Queue, entry: Arguments, number: int) -> str:
        if queue.is_fifo and not entry.get("MessageGroupId"):
            raise Refused("MissingParameter", "a FIFO queue asks for a MessageGroupId")
        if queue.is_fifo and not (queue.by_content or entry.get("MessageDeduplicationId")):
            raise Refused("InvalidParameterValue", "a FIFO queue asks for a MessageDeduplicationId")
        if queue.is_fifo and entry.get("DelaySeconds"):
            raise Refused("InvalidParameterValue", "a message of a FIFO queue has no delay")
        trace = entry.get("MessageSystemAttributes", {}).get("AWSTraceHeader", {})
        return self._world.post.send(
            queue,
            Parcel(
                self._key(number),
                entry["MessageBody"],
                attributes=entry.get("MessageAttributes", {}),
                group=entry.get("MessageGroupId"),
                deduplication=entry.get("MessageDeduplicationId"),
                trace=trace.get("StringValue"),
            ),
            delay=entry.get("DelaySeconds"),
        )

    def _change_message_visibility(self, function: "Function", arguments: Arguments) -> Any:
        action = "sqs:ChangeMessageVisibility"
        queue = self._queue(function, arguments["QueueUrl"], action)
        seconds = arguments["VisibilityTimeout"]
        if not 0 <= seconds <= LONGEST_HIDDEN_S:
            raise Refused("InvalidParameterValue", f"VisibilityTimeout {seconds}")
        now = self._world.loop.now
        if not queue.hide(arguments["ReceiptHandle"], now + seconds) and queue.is_fifo:
            raise Refused("InvalidParameterValue", "the receipt handle has expired")
        return {}

    def _delete_message(self, function: "Function", arguments: Arguments) -> Any:
        queue = self._queue(function, arguments["QueueUrl"], "sqs:DeleteMessage")
        queue.delete(arguments["ReceiptHandle"], self._world.loop.now)
        return {}

    def _publish(self, function: "Function", arguments: Arguments) -> Any:
        topic = self._place(arguments["TopicArn"], "topic", "NotFound")
        self._may_send(function, topic)
        return {"MessageId": self._published(topic, arguments, 0)}

    def _publish_batch(self, function: "Function", arguments: Arguments) -> Any:
        topic = self._place(arguments["TopicArn"], "topic", "NotFound")
        self._may_send(function, topic)
        return self._each_of(
            arguments["PublishBatchRequestEntries"],
            "Message",
            lambda entry, number: self._published(topic, entry, number),
        )

    def _published(self, topic: Place, entry: Arguments, number: int) -> str:
        key = self._key(number)
        parcel = Parcel(key, entry["Message"], attributes=entry.get("MessageAttributes", {}))
        self._world.topics.publish(topic, parcel)
        return str(self._world.chance.id("message", key))

    def _put_events(self, function: "Function", arguments: Arguments) -> Any:
        entries = arguments["Entries"]
        if not 0 < len(entries) <= MOST_ENTRIES:
            raise Refused("ValidationException", f"{len(entries)} entries")
        for entry in entries:
            if not flaw(entry):
                kind = {"source": entry["Source"], "detail-type": entry["DetailType"]}
                bus = self._bus(function, entry)
                if not self._is_gone(function, bus):
                    self._may_send(function, bus, kind)
        refusing = self._strikes("entries refused")
        results = []
        for number, entry in enumerate(entries):
            key = self._key(number)
            if refusing and self._world.chance.number("refused", key) < 0.5:
                results.append({"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"})
            else:
                results.append(self._put(function, entry, key))
        failed = sum("ErrorCode" in result for result in results)
        return {"FailedEntryCount": failed, "Entries": results}

    def _put(self, function: "Function", entry: Arguments, key: str) -> dict[str, str]:
        error = flaw(entry)
        if error:
            return {"ErrorCode": error, "ErrorMessage": "no event"}
        bus = self._bus(function, entry)
        if self._is_gone(function, bus):
            return {"EventId": str(self._world.chance.id("lost", key))}
        event = self._world.buses.event(
            key,
            entry["Source"],
            entry["DetailType"],
            entry["Detail"],
            function.account,
            function.region,
            at=_moment(entry.get("Time")),
            resources=entry.get("Resources", []),
        )
        parcel = Parcel(key, "", event=event, trace=entry.get("TraceHeader"))
        self._world.buses.put(bus, parcel)
        return {"EventId": event["id"]}

    def _describe_event_bus(self, function: "Function", arguments: Arguments) -> Any:
        bus = self._bus(function, {"EventBusName": arguments["Name"]})
        if self._is_gone(function, bus):
            raise Refused("ResourceNotFoundException", f"Event bus {bus.name} does not exist.")
        action = "events:DescribeEventBus"
        # A permission that is gone is one to put events: who lacks that may still ask.
        if not self._world.wiring.may_call(function.role, action, bus.arn):
            raise Refused("AccessDeniedException", f"not authorized to perform: {action}")
        return {"Name": bus.name, "Arn": bus.arn}

    def _is_gone(self, function: "Function", bus: Place) -> bool:
        """Whether a bus of the function's own account is down: that is, deleted. Then what is put
        on it is taken, and lost, as users of EventBridge report.
        https://github.com/aws/aws-sdk/issues/186
        """
        return bus.account == function.account and self._world.troubles.is_down(bus.arn)

    def _bus(self, function: "Function", entry: Arguments) -> Place:
        name = entry.get("EventBusName", "default")
        arn = name
        if not name.startswith("arn:"):
            arn = f"arn:aws:events:{function.region}:{function.account}:event-bus/{name}"
        return self._place(arn, "bus", "ResourceNotFoundException")

    def _put_record(self, function: "Function", arguments: Arguments) -> Any:
        arn = arguments.get("StreamARN")
        if arn is None:
            name = arguments["StreamName"]
            arn = f"arn:aws:kinesis:{function.region}:{function.account}:stream/{name}"
        stream = self._place(arn, "stream", "ResourceNotFoundException")
        self._may_send(function, stream)
        data = arguments["Data"]
        text = data.decode() if isinstance(data, bytes) else data
        number = self._world.shelves.put_record(
            stream, self._key(0), text, arguments["PartitionKey"]
        )
        return {"ShardId": "shardId-000000000000", "SequenceNumber": number}

    def _put_firehose_record(self, function: "Function", arguments: Arguments) -> Any:
        name = arguments["DeliveryStreamName"]
        arn = f"arn:aws:firehose:{function.region}:{function.account}:deliverystream/{name}"
        stream = self._place(arn, "delivery stream", "ResourceNotFoundException")
        self._may_send(function, stream)
        data = arguments["Record"]["Data"]
        self._world.shelves.lines[arn].append(data.decode() if isinstance(data, bytes) else data)
        return {"RecordId": self._key(0)}

    def _place(self, arn: str, kind: str, code: str) -> Place:
        place = self._world.wiring.routes.places.at(arn)
        if place.kind != kind or place.resource is None:
            raise Refused(code, f"there is no {kind} {arn}")
        return place

    def _may_send(
        self, function: "Function", place: Place, event: dict[str, Any] | None = None
    ) -> None:
        world = self._world
        denied = world.troubles.denied(function.arn, place.arn)
        if denied or not world.wiring.may_send(function.role, place, event):
            raise Refused("AccessDeniedException", f"{function.name} may not send to {place.label}")
        if world.troubles.is_down(place.arn):
            raise Refused("InternalFailure", f"{place.label} is not available")

    def _key(self, number: int) -> str:
        """Where what a call sends comes from."""
        return self._world.chance.short(*_about(), number)

    def _strikes(self, kind: str) -> bool:
        invocation = running()
        if not isinstance(invocation, Invocation):
            return False
        return self._world.strikes(kind, invocation.function.name, invocation.about, *_about())


def _about() -> tuple[object, ...]:
    invocation = running()
    if not isinstance(invocation, Invocation):
        raise NotSimulated("a message that no function sends")
    invocation.sent += 1
    return (invocation.key, invocation.calls)


def _moment(given: Any) -> datetime | None:
    if isinstance(given, str):
        given = datetime.fromisoformat(given.replace("Z", "+00:00"))
    return given.astimezone(UTC) if given else None
