"""The model of tables and queues answers as moto does, and as the local run, over random calls."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import boto3
import pytest
from moto import mock_aws

from local import clients, instances, process
from simulate.state.messages import Message
from simulate.state.queues import Queue
from simulate.tests.calls import ACCOUNT, NAME, REGION, call, create, model, of_client, of_model

CALLS = 120


class Backend(Protocol):
    """Somebody else's AWS, empty: makes clients of a service."""

    def __call__(self, service: str) -> Any: ...


@pytest.fixture(scope="module")
def emulator() -> Iterator[instances.Emulator]:
    started = process.start(instances.free_port())
    yield started
    process.stop(started)


@pytest.fixture(params=["moto", "local run"])
def whose(request: pytest.FixtureRequest) -> str:
    """Who else's answers are looked at."""
    name: str = request.param
    return name


@pytest.fixture
def backend(request: pytest.FixtureRequest, whose: str) -> Iterator[Backend]:
    if whose == "moto":
        with mock_aws():
            yield lambda service: boto3.client(
                service, REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
            )
        return
    emulator: instances.Emulator = request.getfixturevalue("emulator")
    emulator.reset()
    yield lambda service: clients.client(
        service, endpoint=emulator.endpoint, account=ACCOUNT, region=REGION
    )


@pytest.mark.parametrize("seed", range(6))
def test_tables_answer_as_others_do(backend: Backend, seed: int) -> None:
    chance, (ours, function), dynamodb = random.Random(seed), model(), backend("dynamodb")
    create(dynamodb)
    refused = 0
    for _ in range(CALLS):
        operation, arguments = call(chance)
        theirs = of_client(dynamodb, operation, arguments)
        assert of_model(ours, function, operation, arguments) == theirs, (operation, arguments)
        refused += isinstance(theirs, tuple)
    assert 0 < refused < CALLS
    kept = of_model(ours, function, "scan", {"TableName": NAME})
    assert kept == of_client(dynamodb, "scan", {"TableName": NAME})


def test_a_batch_that_names_an_item_twice_is_refused() -> None:
    """As DynamoDB says that it does, and others only in part."""
    database, function = model()
    key: dict[str, Any] = {"pk": {"S": "a"}}
    put, delete = {"PutRequest": {"Item": key | {"b": {"S": "b"}}}}, {"DeleteRequest": {"Key": key}}
    for operation, asked, again in (
        ("batch_write_item", [delete], [put, delete]),
        ("batch_get_item", {"Keys": [key]}, {"Keys": [key, key]}),
    ):
        arguments = {"RequestItems": {NAME: again}}
        assert of_model(database, function, operation, arguments) == ("ValidationException", [])
        arguments = {"RequestItems": {NAME: asked}}
        assert not of_model(database, function, operation, arguments)


class Queues:
    """The model of a queue, and somebody else's, to which the same is done."""

    VISIBILITY_S = 1000

    def __init__(self, sqs: Any, *, fifo: bool) -> None:
        self._sqs, self._fifo, self._now = sqs, fifo, 0
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
        self._ours = Queue(arn, is_fifo=fifo, visibility=self.VISIBILITY_S)
        attributes = {"VisibilityTimeout": str(self.VISIBILITY_S)}
        attributes |= {"FifoQueue": "true"} if fifo else {}
        name = "q.fifo" if fifo else "q"
        self._url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self._receipts: dict[str, tuple[str, str]] = {}
        self._groups: dict[str, str] = {}

    @property
    def is_full(self) -> bool:
        """Whether it holds more than one receive may show: then each shows what it likes."""
        return len(self._ours.messages) >= 10

    @property
    def received(self) -> list[str]:
        """The bodies of the messages that were received and not deleted."""
        return sorted(self._receipts)

    def send(self, body: str, group: str, once: str) -> None:
        self._now += 1
        self._groups[body] = group
        more = {"MessageGroupId": group, "MessageDeduplicationId": once} if self._fifo else {}
        self._sqs.send_message(QueueUrl=self._url, MessageBody=body, **more)
        message = Message(
            body, body, body, self._now, self._now, group=group if self._fifo else None,
            deduplication=once,
        )  # fmt: skip
        self._ours.put(message, self._now)

    def receive(self) -> None:
        """Both show the same messages, those of a group in the same order."""
        got = {m.body: m.receipt for m in self._ours.receive(10, self._now, lambda m: m.sent)}
        shown = dict(self._shown())
        assert self._by_group(got) == self._by_group(shown)
        self._receipts |= {body: (receipt, shown[body]) for body, receipt in got.items()}

    def _shown(self) -> Iterator[tuple[str, str]]:
        """Bodies and receipts. SQS may show a part of what it could: the local run a group at a
        time.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
        """
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            yield from ((each["Body"], each["ReceiptHandle"]) for each in messages)

    def _by_group(self, bodies: Iterable[str]) -> dict[str, list[str]]:
        """The bodies by their group, in order; of a standard queue, in an order that says
        nothing.
        """
        found = defaultdict(list)
        for body in bodies if self._fifo else sorted(bodies):
            found[self._groups[body]].append(body)
        return found

    def show_again(self, body: str) -> None:
        own, other = self._receipts[body]
        self._ours.hide(own, self._now)
        self._sqs.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=other, VisibilityTimeout=0
        )
        del self._receipts[body]

    def delete(self, body: str) -> None:
        own, other = self._receipts.pop(body)
        self._ours.delete(own, self._now)
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=other)


FORGETS = {"moto"}
"""Who forgets at once what a deleted message was known by. SQS does not for five minutes.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
"""


@pytest.mark.parametrize("fifo", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_queues_show_what_those_of_others_do(
    backend: Backend, whose: str, fifo: bool, seed: int
) -> None:
    chance, queues = random.Random(seed), Queues(backend("sqs"), fifo=fifo)
    known, once_of = [str(number) for number in range(40)], dict[str, str]()
    for number in range(80):
        body, received = f"{number}", queues.received
        match chance.randrange(6):
            case 0 | 1 | 2 if not queues.is_full:
                once_of[body] = chance.choice(known)
                queues.send(body, chance.choice("xyz"), once_of[body])
            case 3:
                queues.receive()
            case 4 if received:
                queues.show_again(chance.choice(received))
            case 5 if received:
                gone = chance.choice(received)
                queues.delete(gone)
                if whose in FORGETS and once_of[gone] in known:
                    known.remove(once_of[gone])
    queues.receive()
