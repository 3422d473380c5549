"""The made-up app, deployed once, its queues, outbox and mappings as new for each test."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from accounts import choose
from local import running
from local.system import wait_until
from operate.consumers import consumers, switch
from operate.system import Environment, System
from operate.tests import sample


@dataclass
class Running:
    """The app where it runs."""

    system: System
    assembly: Path
    endpoint: str

    def client(self, service: str, account: str = sample.DESK) -> Any:
        return self.system.accounts.client(service, account, sample.REGION)

    def url(self, name: str) -> str:
        [place] = [q for q in self.system.places("queue") if q.name == name]
        return self.system.url(place)

    def send(
        self, name: str, body: Any, attributes: dict[str, str] | None = None, **settings: Any
    ) -> None:
        """Puts a message into a queue, as whoever gives it up would."""
        self.client("sqs", self.account_of(name)).send_message(
            QueueUrl=self.url(name),
            MessageBody=body if isinstance(body, str) else json.dumps(body),
            MessageAttributes={
                key: {"DataType": "String", "StringValue": value}
                for key, value in (attributes or {}).items()
            },
            **settings,
        )

    def messages(self, name: str) -> list[dict[str, Any]]:
        """What a queue holds, which stays there."""
        answer = self.client("sqs", self.account_of(name)).receive_message(
            QueueUrl=self.url(name),
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def bodies(self, name: str) -> list[Any]:
        return [json.loads(message["Body"]) for message in self.messages(name)]

    def account_of(self, name: str) -> str:
        [place] = [q for q in self.system.places("queue") if q.name == name]
        return place.account

    def rule_letter(self, rule: str, target: str, code: str = "NO_PERMISSIONS") -> dict[str, str]:
        """The attributes that EventBridge gives a dead letter of a rule of the desk's bus."""
        return {
            "RULE_ARN": sample.arn("events", sample.DESK, f"rule/desk/{rule}"),
            "TARGET_ARN": target,
            "ERROR_CODE": code,
            "ERROR_MESSAGE": "made up",
        }


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    assembly = sample.write_assembly(tmp_path_factory.mktemp("app") / "cdk.out")
    with running.temporary_system(assembly) as local:
        accounts = choose(assembly, endpoint=local.endpoint)
        yield Running(System.of(assembly, accounts, Environment()), assembly, local.endpoint)


@pytest.fixture
def app(deployed: Running) -> Iterator[Running]:
    yield deployed
    for place in deployed.system.places("queue"):
        deployed.client("sqs", place.account).purge_queue(QueueUrl=deployed.url(place.name))
    table = deployed.client("dynamodb")
    for item in table.scan(TableName=outbox_table(deployed))["Items"]:
        table.delete_item(TableName=outbox_table(deployed), Key={"pk": item["pk"]})
    for consumer in consumers(deployed.system):
        if not consumer.is_on:
            switch(deployed.system, consumer, on=True)


def outbox_table(app: Running) -> str:
    stack = next(each for each in app.system.stacks if each.name == "Desk")
    return app.system.physical(stack.resources["Outbox"])


def event(title: str = "Emma", **more: Any) -> dict[str, Any]:
    """An event of the desk, as EventBridge hands it over."""
    detail = {"metadata": {"id": f"e-{title}", "correlationId": f"c-{title}"}, "title": title}
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000001",
        "source": "desk",
        "detail-type": "BookLent",
        "account": sample.DESK,
        "time": "2026-11-23T10:00:00Z",
        "region": sample.REGION,
        "resources": [],
        "detail": detail,
        **more,
    }


def eventually(condition: Callable[[], Any], what: str) -> Any:
    """What the condition returns, once that is true."""
    return wait_until(condition, 30, what)
