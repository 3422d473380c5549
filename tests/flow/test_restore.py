"""Invoicing's table goes back in time: nothing is lost, and no number is given twice."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from accounts import choose
from business import books, shop, tickets
from business.deployed import Deployed
from business.restore.__main__ import app
from business.restore.command import restored_name
from local import running
from local.system import System, wait_until
from operate.__main__ import app as operate
from operate.consumers import named, switch
from operate.system import Environment
from operate.system import System as Operated

Items = dict[str, dict[str, Any]]


@dataclass
class Shop:
    """A system whose table was backed up at a point in time, and what was announced since."""

    system: System
    assembly: Path
    point: datetime

    @property
    def deployed(self) -> Deployed:
        accounts = choose(self.assembly, endpoint=self.system.endpoint)
        return Deployed(Operated.of(self.assembly, accounts, Environment()))

    @property
    def table(self) -> str:
        return self.system.output("invoicing", "TableName")

    @property
    def database(self) -> Any:
        return self.system.client("dynamodb", "invoicing")

    @property
    def where(self) -> list[str]:
        return ["--assembly", str(self.assembly), "--endpoint-url", self.system.endpoint]

    def restore(self, *words: str) -> Result:
        """`python -m business.restore` with these words."""
        return CliRunner().invoke(app, [*self.where, *words])

    def finish(self, *options: str) -> Result:
        return self.restore("finish", f"{self.point:%Y-%m-%dT%H:%M:%SZ}", *options)

    def run(self, command: str) -> None:
        """A command that was printed, with `python -m operate` before it."""
        assert command.split()[:3] == ["python", "-m", "operate"]
        result = CliRunner().invoke(operate, [*self.where, *command.split()[3:]])
        assert result.exit_code == 0, result.output

    def items(self) -> Items:
        found = self.database.scan(TableName=self.table, ConsistentRead=True)["Items"]
        return {item["pk"]["S"]: item for item in found}

    def put_back(self, kept: Items) -> None:
        """Makes the table hold these items and no others."""
        for key in self.items().keys() - kept.keys():
            self.database.delete_item(TableName=self.table, Key={"pk": {"S": key}})
        for item in kept.values():
            self.database.put_item(TableName=self.table, Item=item)

    def numbers(self) -> dict[str, tuple[str | None, str | None]]:
        """The numbers that each order shows."""
        return {
            order_id: (order.get("invoiceNumber"), order.get("creditNoteNumber"))
            for order_id, order in shop.orders(self.system).items()
        }


@pytest.fixture(scope="module")
def troubled(assembly: Path) -> Iterator[Shop]:
    """After the backup, orders came and one was cancelled; one number is not published yet."""
    with running.temporary_system(assembly) as system:
        made = Shop(system, assembly, datetime.now(UTC))
        before = orders_from_everywhere(system)
        for order_id in before:
            shop.await_invoice(system, order_id)
        shop.await_drained(system)
        made.point = datetime.now(UTC)
        made.database.restore_table_to_point_in_time(
            SourceTableName=made.table, TargetTableName=restored_name(made.deployed, made.point)
        )
        after = orders_from_everywhere(system)
        shop.cancel(system, before[0])
        shop.cancel(system, after[0])
        for order_id in (before[0], after[0]):
            shop.await_field(system, order_id, "creditNoteNumber")
        for order_id in after:
            shop.await_invoice(system, order_id)
        shop.await_drained(system)
        number_without_publishing(made)
        yield made


@pytest.fixture
def rewound(troubled: Shop) -> Iterator[Shop]:
    """The same, whose table is put back afterwards as it is now."""
    kept = troubled.items()
    yield troubled
    troubled.put_back(kept)


def orders_from_everywhere(system: System) -> list[str]:
    """An order of each location; the first is not shipped, so that it can be cancelled."""
    first, *others = shop.LOCATIONS
    held, _ = tickets.place_held(system, first)
    return [held, *(shop.place(system, location) for location in others)]


def number_without_publishing(made: Shop) -> None:
    """An order whose number is given, and whose InvoiceIssued is in the outbox."""
    operated = made.deployed.system
    [publisher] = named(operated, "crossbus-dev-invoicing/Outbox/Publisher")
    switch(operated, publisher, on=False)
    order_id = shop.place(made.system, "eu-west")
    wait_until(
        lambda: (shop.invoice(made.system, order_id) or {}).get("invoiceNumber"),
        shop.WITHIN_S,
        "a number that is not published",
    )


def corrupt(made: Shop, *, counted: int) -> None:
    """Invoices are gone or wrong, and the counters stand somewhere else."""
    for number, (key, item) in enumerate(sorted(made.items().items())):
        if key.startswith("COUNTERS#"):
            item["invoices"] = {"N": str(counted)}
        elif number % 2:
            made.database.delete_item(TableName=made.table, Key={"pk": item["pk"]})
            continue
        else:
            item["draft"]["M"]["total"] = {"N": "1"}
            item["invoiceNumber"] = {"S": "IE-000001"}
        item["revision"] = {"N": str(int(item["revision"]["N"]) + 1)}
        made.database.put_item(TableName=made.table, Item=item)


def forget_requests(system: System) -> None:
    """As after five minutes: a FIFO queue made anew has forgotten what it was asked before."""
    sqs, name = system.client("sqs", "invoicing"), "invoice-numbering.fifo"
    url = system.queues("invoicing")[name]
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    settable = sqs.meta.service_model.shape_for("QueueAttributeName").enum
    read_only = {"QueueArn", "CreatedTimestamp", "LastModifiedTimestamp"}
    kept = {
        attribute: value
        for attribute, value in kept.items()
        if attribute in settable
        and not attribute.startswith("Approx")
        and attribute not in read_only
    }
    sqs.delete_queue(QueueUrl=url)
    sqs.create_queue(QueueName=name, Attributes=kept)


def books_of(made: Shop) -> books.Books | None:
    """The books, once they balance and nothing is on its way."""
    found = books.audit(made.system)
    return found if found.balanced and not shop.events_left(made.system) else None


def test_nothing_is_written_while_a_number_is_not_explained(rewound: Shop) -> None:
    corrupt(rewound, counted=7)
    spoiled = rewound.items()

    sqs = rewound.system.client("sqs", "invoicing")
    unpublished = rewound.system.queues("invoicing")["invoicing-unpublished"]
    sqs.send_message(QueueUrl=unpublished, MessageBody="may have announced a number")
    assert "invoicing-unpublished holds events" in str(rewound.finish().exception)
    sqs.purge_queue(QueueUrl=unpublished)
    refused = rewound.finish()

    assert "IE-000007 is where a counter of the table stands" in str(refused.exception)
    assert rewound.items() == spoiled
    trusted = rewound.finish("--distrust")
    assert trusted.exit_code == 0, trusted.output
    assert json.dumps(rewound.items()["COUNTERS#IE"]["invoices"]) == '{"N": "3"}'


def test_a_restored_table_and_a_replay_lose_nothing_and_give_no_number_twice(
    rewound: Shop,
) -> None:
    announced = rewound.numbers()
    unpublished = next(order_id for order_id, told in announced.items() if told == (None, None))
    given = (shop.invoice(rewound.system, unpublished) or {})["invoiceNumber"]
    totals = {key: item["draft"] for key, item in rewound.items().items() if "draft" in item}
    corrupt(rewound, counted=1)
    spoiled = rewound.items()

    begun = rewound.restore("begin", f"{rewound.point:%Y-%m-%dT%H:%M:%SZ}")
    assert begun.exit_code == 0, begun.output
    dry = rewound.finish("--dry-run")
    assert dry.exit_code == 0, dry.output
    assert rewound.items() == spoiled
    done = rewound.finish()
    assert done.exit_code == 0, done.output
    assert "6 given the numbers announced for them" in done.stdout.splitlines()[-1]
    assert dry.stdout.splitlines()[-1].endswith(done.stdout.splitlines()[-1].partition(": ")[2])

    [publisher] = named(rewound.deployed.system, "crossbus-dev-invoicing/Outbox/Publisher")
    switch(rewound.deployed.system, publisher, on=True)
    forget_requests(rewound.system)
    for line in done.stdout.splitlines():
        if "operate replay" in line:
            rewound.run(line.strip())
    balanced = wait_until(lambda: books_of(rewound), shop.WITHIN_S, "the books balance")

    assert balanced
    assert balanced.orders == balanced.invoices == 9
    assert rewound.numbers() == {**announced, unpublished: (given, None)}
    assert {
        key: item.get("draft") for key, item in rewound.items().items() if key in totals
    } == totals
    placed = shop.place(rewound.system, "eu-west")
    assert shop.await_invoice(rewound.system, placed)["invoiceNumber"] == "IE-000004"
    shop.await_shipment(rewound.system, placed)
    assert rewound.restore("books").stdout == (
        "orders 10 · invoices 10 · shipments 8 · cancelled in time 2 · tickets 2 · on hold 0 · "
        "lost 0 · duplicated 0 · gaps 0 · strays 0\n"
    )
