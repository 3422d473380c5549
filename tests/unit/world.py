"""An account, as moto has it, with what a domain's stack makes; its handlers; what they leave."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

from moto import mock_aws
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from contracts.language.types import Contract
from eventing.dynamodb import from_item, to_item
from eventing.function import Handler
from eventing.unit_of_work import Table
from tests.unit.bus import Bus
from tests.unit.clients import client
from tests.unit.deployed import ACCOUNT, REGION, Deployed
from tests.unit.messages import CONTEXT, answered, batch, failed, in_stream, record_id, request

Item = dict[str, Any]

GROUP = "group-1"
"""The group of every message of a FIFO queue."""

RECEIVES = 5
"""How often a message comes before it is a dead letter."""

AT_ONCE = 100
"""The most items of one transaction."""

_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|\+00:00)"
_EXPIRY = r"(?<=At\": )\d+"
_DIFFERENT_EACH_RUN = re.compile(f"{_ID}|{_TIME}|{_EXPIRY}")


class DeadLetter(NamedTuple):
    """A message that was set aside, and what is told of the reason."""

    body: str
    error_type: str
    error: str

    @classmethod
    def of(cls, message: Item) -> "DeadLetter":
        """What a message of a dead-letter queue says. KeyError if it does not say why."""
        told = message["MessageAttributes"]
        texts = (told[name]["StringValue"] for name in ("errorType", "error"))
        return cls(message["Body"], *texts)


class World:
    """A domain's account: its functions to call, and what they leave behind."""

    def __init__(self, domain: Deployed) -> None:
        self.domain = domain
        self.bus = Bus()
        self._handlers: dict[str, Handler] = {}

    def handler(self, name: str) -> Handler:
        """The handler that is deployed as this function, of its environment and moto's clients."""
        if name not in self._handlers:
            function = self.domain.functions[name]
            module = import_module(function.module)
            settings = self.domain.settings(function, module.Settings)
            self._handlers[name] = module.make(settings, client)
        return self._handlers[name]

    def call(self, name: str, input: Item) -> Any:
        """What the function answers when Lambda hands it this.

        Messages are of its first queue, unless they say that they are of another.
        """
        return self.handler(name)(self._addressed(name, input), CONTEXT)

    def _addressed(self, name: str, input: Item) -> Item:
        """The input as the function's own source hands it over: a queue, or a stream."""
        sources = sorted(self.domain.sources_of(self.domain.functions[name]))
        if not sources or "Records" not in input:
            return input
        arns = [self.domain.arn(source) for source in sources]
        if self.domain.type_of(sources[0]) == "AWS::Kinesis::Stream":
            return {"Records": [in_stream(record, arns[0]) for record in input["Records"]]}
        group = {"MessageGroupId": GROUP} if arns[0].endswith(".fifo") else {}
        return {
            "Records": [
                record
                | {
                    "eventSourceARN": one if (one := record["eventSourceARN"]) in arns else arns[0],
                    "attributes": record["attributes"] | group,
                }
                for record in input["Records"]
            ]
        }

    def ask(
        self, name: str, body: str | Item | None = None, **details: Any
    ) -> tuple[int, dict[str, Any]]:
        """The status and the body of the function's answer to a request of the HTTP API."""
        return answered(self.call(name, request(body, **details)))

    def consume(self, name: str, *messages: str | Contract) -> list[str]:
        """Hands a batch to the function; returns the messages that it names as failed.

        A message is a body, or data that stands for its event; they are message-0, message-1 …
        """
        return failed(self.call(name, batch(*messages)))

    def deliver(self, name: str, input: Item) -> None:
        """Calls the function as Lambda does: records that it names as failed come again.

        AssertionError if some keep failing, or if a request is not answered with success.
        """
        answer = self.call(name, input)
        if "Records" not in input:
            assert answer.get("statusCode", 200) < 400, answer
            return
        for _ in range(RECEIVES - 1):
            left = set(failed(answer))
            if not left:
                break
            records = [record for record in input["Records"] if record_id(record) in left]
            answer = self.call(name, {"Records": records})
        assert failed(answer) == [], f"{name} keeps failing"

    @property
    def table(self) -> Table:
        """The domain's table, as its functions use it: with its outbox, where it has one.

        ValueError if it has no table but that, or several.
        """
        (id,) = set(self.domain.of("AWS::DynamoDB::Table")) - {self.domain.outbox}
        outbox = self.domain.outbox and self.domain.name(self.domain.outbox)
        return Table(client("dynamodb"), self.domain.name(id), outbox)

    def items(self, prefix: str = "") -> list[Item]:
        """The items of state whose key begins with the prefix, in the order of their keys."""
        found = [
            item
            for id in self.domain.of("AWS::DynamoDB::Table")
            if id != self.domain.outbox
            for item in self._all(id)
            if item["pk"].startswith(prefix)
        ]
        return sorted(found, key=lambda item: str(item["pk"]))

    def _all(self, table: str) -> list[Item]:
        pages = client("dynamodb").get_paginator("scan").paginate(TableName=self.domain.name(table))
        return [from_item(item) for page in pages for item in page["Items"]]

    def by_id(self, prefix: str) -> dict[str, Item]:
        """The items of a kind by their ids."""
        return {item["pk"].removeprefix(f"{prefix}#"): item for item in self.items(f"{prefix}#")}

    def pending(self, detail_type: str | None = None) -> list[Item]:
        """The items of the outbox, of one type of event or of all; none if there is no outbox."""
        found = self._all(self.domain.outbox) if self.domain.outbox else []
        return [item for item in found if detail_type in (None, item["detailType"])]

    def outbox(self, detail_type: str | None = None) -> list[Item]:
        """The details of the events to be published, of one type or of all."""
        return [json.loads(item["detail"]) for item in self.pending(detail_type)]

    def write_outbox(self, *items: Item) -> None:
        """Puts items into the outbox, of those with one key the last.

        ValueError if the domain has none.
        """
        if self.domain.outbox is None:
            raise ValueError(f"{self.domain.domain} has no outbox")
        name = self.domain.name(self.domain.outbox)
        by_key = {item["pk"]: {"TableName": name, "Item": to_item(item)} for item in items}
        puts = [{"Put": put} for put in by_key.values()]
        for start in range(0, len(puts), AT_ONCE):
            client("dynamodb").transact_write_items(TransactItems=puts[start:][:AT_ONCE])

    def received(self, queue: str) -> list[Item]:
        """Takes the messages that can be received from a queue now, with all that they carry."""
        # Most queues hold none, and to ask moto for its state is far cheaper than to receive.
        if not sqs_backends[ACCOUNT][REGION].get_queue(queue).messages:
            return []
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        asked = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        messages: list[Item] = []
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **asked).get(
            "Messages"
        ):
            messages += got
            for message in got:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return messages

    def messages(self, queue: str) -> list[str]:
        """Takes the messages that can be received from a queue now; returns their bodies."""
        return [message["Body"] for message in self.received(queue)]

    def dead_letters(self, name: str) -> list[DeadLetter]:
        """Takes what the function set aside, of all its sources."""
        holding = (
            self.domain.dead_letters_of(source)[0]
            for source in sorted(self.domain.sources_of(self.domain.functions[name]))
        )
        return [
            DeadLetter.of(message)
            for queue in holding
            for message in self.received(self.domain.name(queue))
        ]

    def documents(self) -> dict[str, str]:
        """The objects in the domain's buckets, by key."""
        s3 = client("s3")
        return {
            found["Key"]: s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read().decode()
            for bucket in map(self.domain.name, self.domain.of("AWS::S3::Bucket"))
            for found in s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        }

    def _streams(self) -> list[str]:
        return [self.domain.name(id) for id in self.domain.of("AWS::Kinesis::Stream")]

    def records(self, stream: str) -> dict[str, str]:
        """What is in a stream's one shard: the partition key of each record, by its data."""
        kinesis = client("kinesis")
        (shard,) = kinesis.list_shards(StreamName=stream)["Shards"]
        reading = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        found = kinesis.get_records(ShardIterator=reading["ShardIterator"])["Records"]
        return {one["Data"].decode(): one["PartitionKey"] for one in found}

    def state(self) -> dict[str, Any]:
        """All that is left, but for ids and times made in this run, and how often it was written.

        What goes to the bus or to a standard queue may come more than once: it counts once.
        """
        items = [{k: v for k, v in item.items() if k != "revision"} for item in self.items()]
        pending = self.pending()
        queues = {
            self.domain.name(id): list(map(_same_each_run, self.messages(self.domain.name(id))))
            for id in self.domain.of("AWS::SQS::Queue")
            if id in self.domain.in_reach
        }
        return {
            "items": sorted(map(_same_each_run, items)),
            "pending": sorted(map(_same_each_run, pending)),
            "documents": _same_each_run(self.documents()),
            "published": {_same_each_run(entry["Detail"]) for entry in self.bus.taken},
            "messages": {n: q if n.endswith(".fifo") else set(q) for n, q in queues.items()},
            "streams": {name: set(self.records(name)) for name in self._streams()},
        }


def _same_each_run(value: object) -> str:
    return _DIFFERENT_EACH_RUN.sub("…", json.dumps(value, sort_keys=True))


@contextmanager
def world_of(domain: Deployed) -> Iterator[World]:
    """A fresh account, with what the domain's handlers can get at."""
    with mock_aws():
        for id, table in domain.of("AWS::DynamoDB::Table").items():
            _create_table(domain.name(id), table)
        for id in domain.of("AWS::S3::Bucket"):
            client("s3").create_bucket(
                Bucket=domain.name(id), CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        for id in domain.of("AWS::Events::EventBus"):
            client("events").create_event_bus(Name=domain.name(id))
        for name in map(domain.name, domain.of("AWS::Kinesis::Stream")):
            client("kinesis").create_stream(StreamName=name, ShardCount=1)
        _create_queues(domain)
        _create_topics(domain)
        made = World(domain)
        with made.bus.attached(client("events")):
            yield made


def _create_table(name: str, properties: Item) -> None:
    indexes = properties.get("GlobalSecondaryIndexes")
    client("dynamodb").create_table(
        TableName=name,
        KeySchema=properties["KeySchema"],
        AttributeDefinitions=properties["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    )


FIFO = ("FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit")
"""The properties of a queue that a sender can tell apart."""


SUBSCRIBED = ("FilterPolicyScope", "FilterPolicy", "RawMessageDelivery")
"""The properties of a subscription that decide what is delivered, the scope before its policy."""


def _create_queues(domain: Deployed) -> None:
    """In moto itself: a test makes thousands, and each call of a client takes it milliseconds."""
    sqs = sqs_backends[ACCOUNT][REGION]
    for id, properties in domain.of("AWS::SQS::Queue").items():
        if id in domain.in_reach:
            given = {name: _text(properties[name]) for name in FIFO if name in properties}
            sqs.create_queue(domain.name(id), None, **given)


def _create_topics(domain: Deployed) -> None:
    """In moto itself, as queues are."""
    sns = sns_backends[ACCOUNT][REGION]
    for id in domain.of("AWS::SNS::Topic"):
        if id in domain.in_reach:
            sns.create_topic(domain.name(id))
    for properties in domain.of("AWS::SNS::Subscription").values():
        if properties["Protocol"] == "sqs":
            topic, queue = properties["TopicArn"], properties["Endpoint"]
            made = sns.subscribe(domain.resolve(topic), domain.resolve(queue), "sqs")
            for name in SUBSCRIBED:
                if name in properties:
                    sns.set_subscription_attributes(made.arn, name, _text(properties[name]))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
