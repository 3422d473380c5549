"""Every command that the runbook prints works, on a system with every kind of trouble."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from business import shop
from business.restore.__main__ import app as restore
from local import faults, running
from local.system import System, wait_until
from operate.__main__ import app as operate

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
PREFIX = "python -m operate "
POINT = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
APPS = {"operate": operate, "business.restore": restore}


def commands() -> list[str]:
    """The commands of the runbook's code blocks, in its order."""
    blocks = re.findall(r"^```\n(.*?)^```", RUNBOOK.read_text(), re.MULTILINE | re.DOTALL)
    found = [line for block in blocks for line in block.splitlines()]
    assert len(found) > 20
    return found


@dataclass
class Trouble:
    """A system in trouble whose causes are mended, and what the runbook leaves to be filled in.

    `found` is what waited before anything was delivered again.
    """

    system: System
    assembly: Path
    folder: Path
    orders: list[str]
    found: dict[str, Any] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)

    def run(self, command: str) -> str:
        """Runs a command of the runbook; returns what it prints."""
        python, option, module, *words = shlex.split(command)
        assert (python, option) == ("python", "-m"), command
        given = [self.filled_in(word, command) for word in words]
        if given[0] == "books":
            self.await_invoices()
        where = ["--assembly", str(self.assembly), "--endpoint-url", self.system.endpoint]
        result = CliRunner().invoke(APPS[module], [*where, *given])
        assert result.exit_code == 0, f"{command}: {result.output} {result.exception}"
        self.printed.append(result.stdout)
        return result.stdout

    def await_invoices(self) -> None:
        """Waits until every order has its invoice, and nothing is on its way."""
        for order_id in self.orders:
            shop.await_invoice(self.system, order_id)
        shop.await_drained(self.system)

    def filled_in(self, word: str, command: str) -> str:
        if word == "ORDER_ID":
            return self.orders[0]
        if word == "POINT":
            return POINT
        if word in ("FROM", "TO"):
            [*_, told] = re.findall(r"replay invoicing (\S+) (\S+)", "".join(self.printed))
            return str(told[word == "TO"])
        if word == "BODY.json":
            body = self.folder / word
            body.write_text(self.right_event())
            return str(body)
        if word == "MESSAGE_ID":
            [place] = re.findall(r"repair (\S+)", command)
            messages = json.loads(self.run(f"{PREFIX}show {place}"))
            return str(next(each["id"] for each in messages if "detail-type" not in each["body"]))
        return str(self.folder / word) if word.endswith(".jsonl") else word

    def right_event(self) -> str:
        """The first order's OrderPlaced, made of the example of such an event."""
        [example] = (self.assembly / "examples").rglob("OrderPlaced/2.0-eu-west.json")
        text = example.read_text()
        return text.replace(json.loads(text)["detail"]["metadata"]["subject"], self.orders[0])

    def waiting(self) -> dict[str, Any]:
        """What waits in queues, by name."""
        found = json.loads(self.run(f"{PREFIX}list --json"))
        return {queue["name"]: queue for queue in found["queues"]}


@pytest.fixture
def trouble(assembly: Path, tmp_path: Path) -> Iterator[Trouble]:
    """A system of its own: what is broken here, no other test shall see."""
    with running.temporary_system(assembly) as system:
        made = Trouble(system, assembly, tmp_path, [])
        made.orders += [shop.place(system, "eu-west")]
        shop.await_invoice(system, made.orders[0])
        a_consumer_gets_what_it_cannot_read(made)
        the_bus_refuses_an_event(made)
        a_topic_routes_a_message_nowhere(made)
        with faults.mappings_off(system, "orders", "RedeliveryFunction"):
            a_rule_is_refused(made)
            its_redelivery_is_refused_for_days(made)
        with faults.mappings_off(system, "invoicing", "RedeliveryFunction"):
            a_topic_is_refused(made)
            made.found = made.waiting()
        made.printed.clear()
        yield made


def a_consumer_gets_what_it_cannot_read(trouble: Trouble) -> None:
    """One is wrong; the other, a handler that is mended by now could not read."""
    sqs, url = trouble.system.client("sqs", "invoicing"), trouble.system.queues("invoicing")
    sqs.send_message(QueueUrl=url["eu-orders"], MessageBody="wrong")
    reason = {"errorType": {"DataType": "String", "StringValue": "UnreadableEvent"}}
    sqs.send_message(
        QueueUrl=url["eu-orders-dead-letters"],
        MessageBody=trouble.right_event(),
        MessageAttributes=reason,
    )
    await_in(trouble, "invoicing", "eu-orders-dead-letters", 2)


def the_bus_refuses_an_event(trouble: Trouble) -> None:
    [table] = [
        name
        for logical_id, name in trouble.system.resources("orders", "AWS::DynamoDB::Table").items()
        if logical_id.startswith("Outbox")
    ]
    item = {"pk": "e-1", "source": "order-service", "detailType": "OrderPlaced"}
    item |= {"detail": "no json", "occurredAt": "2026-11-23T10:00:00Z"}
    trouble.system.client("dynamodb", "orders").put_item(
        TableName=table, Item={key: {"S": value} for key, value in item.items()}
    )
    await_in(trouble, "orders", "orders-unpublished", 1)


def a_topic_routes_a_message_nowhere(trouble: Trouble) -> None:
    sns = trouble.system.client("sns", "invoicing")
    [topic] = [
        each["TopicArn"]
        for each in sns.list_topics()["Topics"]
        if each["TopicArn"].endswith(":order-events")
    ]
    body = json.dumps({"detail": {"data": {"location": "the moon"}}})
    sns.publish(TopicArn=topic, Message=body)
    await_in(trouble, "invoicing", "order-events-unrouted", 1)


def a_rule_is_refused(trouble: Trouble) -> None:
    """For as long as the role of the rule to invoicing has no permission."""
    events = trouble.system.client("events", "orders")
    [target] = events.list_targets_by_rule(Rule="orders-to-invoicing", EventBusName="orders")[
        "Targets"
    ]
    iam, role = trouble.system.client("iam", "orders"), target["RoleArn"].rsplit("/", 1)[-1]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=name)
    trouble.orders.append(shop.place(trouble.system, "eu-east"))
    await_in(trouble, "orders", "orders-to-invoicing-undelivered", 1)
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def its_redelivery_is_refused_for_days(trouble: Trouble) -> None:
    """Then SQS moves it with all that it carries, and notes where it was."""
    sqs, urls = trouble.system.client("sqs", "orders"), trouble.system.queues("orders")
    waiting = urls["orders-to-invoicing-undelivered"]
    [message] = sqs.receive_message(QueueUrl=waiting, MessageAttributeNames=["All"])["Messages"]
    arn = sqs.get_queue_attributes(QueueUrl=waiting, AttributeNames=["QueueArn"])
    waited_in = {"DataType": "String", "StringValue": arn["Attributes"]["QueueArn"]}
    sqs.send_message(
        QueueUrl=urls["orders-undeliverable"],
        MessageBody=message["Body"],
        MessageAttributes=message["MessageAttributes"] | {"waitedIn": waited_in},
    )
    sqs.delete_message(QueueUrl=waiting, ReceiptHandle=message["ReceiptHandle"])


def a_topic_is_refused(trouble: Trouble) -> None:
    """For as long as the queue us-orders is deleted."""
    sqs, url = trouble.system.client("sqs", "invoicing"), trouble.system.queues("invoicing")
    attributes = sqs.get_queue_attributes(QueueUrl=url["us-orders"], AttributeNames=["All"])
    wanted = ("Policy", "RedrivePolicy", "VisibilityTimeout", "MessageRetentionPeriod")
    sqs.delete_queue(QueueUrl=url["us-orders"])
    trouble.orders.append(shop.place(trouble.system, "us-west"))
    await_in(trouble, "invoicing", "us-orders-undelivered", 1)
    sqs.create_queue(
        QueueName="us-orders", Attributes={name: attributes["Attributes"][name] for name in wanted}
    )


def await_in(trouble: Trouble, domain: str, queue: str, count: int) -> None:
    """Waits until a queue holds so many messages."""
    sqs, url = trouble.system.client("sqs", domain), trouble.system.queues(domain)[queue]
    name = "ApproximateNumberOfMessages"

    def depth() -> int:
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    wait_until(
        lambda: depth() == count,
        shop.WITHIN_S,
        f"{count} messages in {queue}",
    )


def test_every_command_of_the_runbook_works_and_nothing_is_left_waiting(trouble: Trouble) -> None:
    waiting = trouble.found
    places = [name for name, queue in waiting.items() if queue["holdsDeadLetters"]]
    assert sorted(places) == [
        "eu-orders-dead-letters",
        "order-events-unrouted",
        "orders-undeliverable",
        "orders-unpublished",
    ]
    assert waiting["us-orders-undelivered"]["redeliveredBy"] == "function Redelivery"

    for command in commands():
        trouble.run(command)

    assert "NO_PERMISSIONS" in trouble.printed[0]
    assert "after OrderPlaced on bus orders" in trouble.printed[1]
    trouble.await_invoices()
    trouble.run(f"{PREFIX}list --exit-code")
    assert not any(queue["holdsDeadLetters"] for queue in trouble.waiting().values())


def test_every_dead_letter_place_of_the_system_has_a_line_in_the_runbook(assembly: Path) -> None:
    endings = re.findall(r"`<[a-z]+>(-[a-z-]+)`", RUNBOOK.read_text())
    templates = [json.loads(file.read_text()) for file in assembly.glob("*.template.json")]
    names = [
        resource["Properties"]["QueueName"].removesuffix(".fifo")
        for template in templates
        for resource in template["Resources"].values()
        if resource.get("Metadata", {}).get("crossbus:holds") == "dead letters"
    ]
    assert names
    for name in names:
        assert any(name.endswith(ending) for ending in endings), name
