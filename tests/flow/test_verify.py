"""`make verify` passes on a sound system, and names the hop that lacks a permission on another."""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from business import books
from business.verify import diagnosis, probes
from business.verify.__main__ import app
from local import running
from local.system import System
from operate.errors import OperateError
from operate.messages import DEPTHS, Box
from stacks.topology import DOMAINS

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
WITHIN_S = 2
"""What is broken is waited for so long; a sound system needs a fraction."""

Mend = Callable[[], None]


def verified(system: System, assembly: Path, *options: str) -> Result:
    """What `python -m business.verify` says of a system."""
    where = ["--assembly", str(assembly), "--endpoint-url", system.endpoint]
    return CliRunner().invoke(app, [*where, *options])


def findings(system: System, assembly: Path) -> dict[str, dict[str, Any]]:
    """What a verification that fails finds, by hop; the first of each."""
    result = verified(system, assembly, "--json", "--within", str(WITHIN_S))
    assert result.exit_code == 1, result.output
    said = json.loads(result.stdout)
    assert said["well"] is False
    return {finding["hop"]: finding for finding in reversed(said["findings"])}


@pytest.fixture(scope="module")
def sound(assembly: Path) -> Iterator[System]:
    """The system with IAM enforced. Who breaks something of it mends it, and empties its queues."""
    with running.temporary_system(assembly, auth=True) as system:
        yield system


def test_a_sound_system_is_verified(sound: System, assembly: Path) -> None:
    result = verified(sound, assembly)
    assert result.exit_code == 0, result.output
    assert "all is well" in result.stdout
    books_of_it = "credit notes 1 · shipments 4 · cancelled in time 1 · net 0.00 EUR, 0.00 USD"
    assert books_of_it in result.stdout


def test_a_dead_letter_is_found_before_sqs_counts_it(
    sound: System, assembly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Box, "depths", lambda _: dict.fromkeys(DEPTHS, 0))
    result = verified(sound, assembly)
    assert result.exit_code == 0, result.output


def test_the_places_whose_alarms_may_ring_are_said_before(sound: System, assembly: Path) -> None:
    result = verified(sound, assembly, "--json")
    [said] = re.findall(r"nobody can read comes into (.*), for seconds", result.stderr)
    checks = {check["name"]: check["told"] for check in json.loads(result.stdout)["checks"]}
    came_into = re.findall(r"in (\S+-dead-letters) as", checks["dead letter"])
    assert sorted(said.split(", ")) == sorted(came_into)


def test_what_a_verification_made_is_marked_and_out_of_the_way(
    sound: System, assembly: Path
) -> None:
    made = json.loads(verified(sound, assembly, "--json").stdout)["orders"]

    orders = {order["placed"]["orderId"]: order for order in books.items(sound, "orders", "ORDER#")}
    assert len(made) == 5
    assert {orders[each]["placed"]["customerId"] for each in made} == {"crossbus-test"}
    assert Counter(orders[each]["status"] for each in made) == {"SHIPPED": 4, "CANCELLED": 1}
    assert not {
        name
        for domain in DOMAINS
        for name, depth in sound.depths(domain).items()
        if depth and not name.endswith(("-archive", "-sweep"))
    }


def test_a_dead_letter_of_somebody_else_is_told_and_stays(sound: System, assembly: Path) -> None:
    sqs, url = sound.client("sqs", "orders"), sound.queues("orders")["order-updates-dead-letters"]
    sqs.send_message(QueueUrl=url, MessageBody="not of a verification")
    try:
        found = findings(sound, assembly)
        assert sound.depths("orders")["order-updates-dead-letters"] == 1
    finally:
        sqs.purge_queue(QueueUrl=url)

    assert found["consumer of queue order-updates"]["runbook"] == (
        "docs/runbook.md#dead-letters-of-a-consumer"
    )


def test_what_is_not_shipped_is_cancelled_also_when_the_verification_breaks_off(
    sound: System, assembly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks_off(*_: object) -> None:
        raise OperateError("the line is cut")

    before = {order["placed"]["orderId"] for order in books.items(sound, "orders", "ORDER#")}
    monkeypatch.setattr(probes, "put_unreadable", breaks_off)
    result = verified(sound, assembly)

    assert isinstance(result.exception, OperateError)
    after = [
        order["status"]
        for order in books.items(sound, "orders", "ORDER#")
        if order["placed"]["orderId"] not in before
    ]
    assert len(after) == 5
    assert set(after) <= {"CANCELLED", "SHIPPED"}
    assert "CANCELLED" in after


def test_the_runbook_has_every_section_that_is_named() -> None:
    headings = re.findall(r"^## (.*)$", RUNBOOK.read_text(), re.MULTILINE)

    assert set(diagnosis.SECTIONS) <= {heading.lower().replace(" ", "-") for heading in headings}


@dataclass(frozen=True)
class Case:
    """A permission of the templates, how it is taken away, and what a verification says then."""

    remove: Callable[[System], Mend]
    hop: str
    permission: str
    section: str


def role_of(logical_id: str, domain: str) -> Callable[[System], Mend]:
    """Takes away all that a role of a template may do."""

    def remove(system: System) -> Mend:
        iam = system.client("iam", domain)
        [role] = [
            name
            for each, name in system.resources(domain, "AWS::IAM::Role").items()
            if each.startswith(logical_id)
        ]
        kept = {
            name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        }
        assert kept
        for name in kept:
            iam.delete_role_policy(RoleName=role, PolicyName=name)

        def mend() -> None:
            for name, document in kept.items():
                iam.put_role_policy(
                    RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document)
                )

        return mend

    return remove


def action_of(logical_id: str, domain: str, action: str) -> Callable[[System], Mend]:
    """Takes away one statement of a function's role."""

    def remove(system: System) -> Mend:
        iam = system.client("iam", domain)
        [role] = [
            name
            for each, name in system.resources(domain, "AWS::IAM::Role").items()
            if each.startswith(logical_id)
        ]
        [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        left = [each for each in document["Statement"] if action not in each["Action"]]
        assert len(left) == len(document["Statement"]) - 1
        _put(iam, role, name, {**document, "Statement": left})
        return lambda: _put(iam, role, name, document)

    return remove


def _put(iam: Any, role: str, name: str, document: dict[str, Any]) -> None:
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def queue_policy(system: System) -> Mend:
    """Takes away that SNS may send to the queue eu-orders."""
    sqs, url = system.client("sqs", "invoicing"), system.queues("invoicing")["eu-orders"]
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
    policy = json.loads(kept["Policy"])
    left = [each for each in policy["Statement"] if each["Effect"] != "Allow"]
    assert len(left) < len(policy["Statement"])
    less = json.dumps({**policy, "Statement": left})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": less})
    return lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes=kept)


def bus_policy(system: System) -> Mend:
    """Takes away that rules of orders may deliver to the bus of invoicing; its redelivery may."""
    events = system.client("events", "invoicing")
    policy = json.loads(events.describe_event_bus(Name="invoicing")["Policy"])
    [statement] = [
        each
        for each in policy["Statement"]
        if "Bool" in each["Condition"]
        and each["Condition"]["StringEquals"]["events:source"] == "order-service"
    ]
    events.remove_permission(EventBusName="invoicing", StatementId=statement["Sid"])
    return lambda: events.put_permission(EventBusName="invoicing", Policy=json.dumps(policy))


CASES = {
    "a statement of a bus": Case(
        bus_policy,
        "rule orders-to-invoicing: bus orders to bus invoicing",
        "events:PutEvents",
        diagnosis.UNDELIVERED,
    ),
    "the role of a rule": Case(
        role_of("OrdersToOrderEventsRole", "invoicing"),
        "rule orders-to-order-events: bus invoicing to topic order-events",
        "sns:Publish",
        diagnosis.UNDELIVERED,
    ),
    "the policy of a queue": Case(
        queue_policy,
        "topic order-events to queue eu-orders",
        "sqs:SendMessage",
        diagnosis.UNDELIVERED,
    ),
    "the API's grant of a table": Case(
        action_of("PlaceOrderRole", "orders", "dynamodb:GetItem"),
        "API Http to function PlaceOrder",
        "dynamodb:PutItem",
        diagnosis.FOLLOW,
    ),
    "a consumer's grant of a table": Case(
        action_of("NumberInvoiceRole", "invoicing", "dynamodb:BatchGetItem"),
        "queue invoice-numbering.fifo to function NumberInvoice",
        "dynamodb:BatchGetItem",
        diagnosis.CONSUMER_DOWN,
    ),
    "a publisher's grant of its bus": Case(
        action_of("OutboxPublisherRole", "orders", "events:PutEvents"),
        "table Outbox to function Outbox/Publisher",
        "events:PutEvents",
        diagnosis.UNPUBLISHED,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_without_a_permission_the_verification_fails_and_names_the_hop(
    sound: System, assembly: Path, case: Case
) -> None:
    with taken_away(sound, case):
        found = findings(sound, assembly)

    assert case.hop in found, found.keys()
    assert found[case.hop]["permission"] == case.permission
    assert found[case.hop]["section"] == case.section


@contextlib.contextmanager
def taken_away(system: System, case: Case) -> Iterator[None]:
    """The system without a permission; mended and emptied afterwards."""
    mend = case.remove(system)
    try:
        yield
    finally:
        mend()
        for domain in DOMAINS:
            for url in system.queues(domain).values():
                system.client("sqs", domain).purge_queue(QueueUrl=url)
