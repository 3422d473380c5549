"""Outages that heal by themselves: orders come in during faults, these are mended, and all is well.

Pauses of minutes and hours are compressed. Nobody touches a queue. What does not come right by
itself is told, with what is missing where.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from typer.testing import CliRunner

from business import books, lake_books, left, shop
from business.drill import __main__ as command
from business.drill.run import Drill, Scope, drill
from local import cli, faults, running
from local.faults.kinds import KINDS
from local.faults.plan import places_of
from local.system import System, wait_until
from tests.flow.drills import DRILLS, PRINCIPAL

ORDERS = int(os.environ.get("DRILL_ORDERS", "16"))
"""Orders that come during each of the principal faults; 200 in `make drills`."""
FEW_ORDERS = 4
"""Orders that come during each of the others: one from each location."""
UNFINISHED = (
    "attribute_exists(placed) AND "
    "(attribute_not_exists(invoiceNumber) OR attribute_not_exists(shipmentId))"
)

FASTER = 30
HEALED_WITHIN_S = 200.0
QUEUE = "eu-orders"
ASKED_EVERY_S = 0.5
"""Looking at hundreds of orders is work as well."""


@pytest.fixture(scope="module")
def system(assembly: Path) -> Iterator[System]:
    """The system with IAM enforced, and with time compressed."""
    with (
        running.temporary_system(assembly, auth=True) as made,
        faults.time_compressed(made, FASTER),
    ):
        # Functions that start for the first time are no part of a drill.
        shop.await_shipment(made, shop.place(made))
        yield made


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", DRILLS)
def test_orders_taken_during_a_fault_are_invoiced_once_each_when_it_is_mended(
    system: System, name: str
) -> None:
    fault, held_up = DRILLS[name]
    count = ORDERS if name in PRINCIPAL else FEW_ORDERS
    unfinished = books.count(system, "orders", UNFINISHED)
    with fault(system):
        with ThreadPoolExecutor(8) as pool:
            where = [shop.LOCATIONS[n % 4] for n in range(count)]
            taken = list(pool.map(lambda location: shop.place(system, location), where))
        bitten = wait_until(lambda: held_up(system), shop.WITHIN_S, "something held up")
        assert not all(shop.shown(system, order_id)["invoiceNumber"] for order_id in taken)

    def finished() -> bool:
        return books.count(system, "orders", UNFINISHED) <= unfinished

    assert bitten
    wait_until(finished, HEALED_WITHIN_S, f"{count} orders invoiced and shipped", ASKED_EVERY_S)
    orders = shop.orders(system)
    assert all(orders[each]["invoiceNumber"] and orders[each]["shipmentId"] for each in taken)
    wait_until(
        lambda: not left.left(system), HEALED_WITHIN_S, "nothing left anywhere", ASKED_EVERY_S
    )
    found = books.audit(system)
    assert found.balanced, found
    # A stream has no depth: what it holds is read when it is counted.
    wait_until(lambda: lake_books.audit(system).balanced, HEALED_WITHIN_S, "a lake with all of it")


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What a drill says, line by line."""
    return []


@pytest.fixture(scope="module")
def drilled(system: System, told: list[str]) -> Drill:
    """A short drill, in which every kind of fault strikes about once."""
    scope = Scope(seed=7, seconds=11.0, orders=12, fault_every_s=0.5)
    return drill(system, scope, Event(), told.append)


def test_what_a_short_drill_strikes_comes_right_by_itself(drilled: Drill) -> None:
    assert drilled.outcome.is_well, (drilled.outcome, drilled.line)
    assert drilled.orders == 12
    assert drilled.line.endswith(" · 0 lost · 0 duplicated · no gaps · 0 stuck")


def test_each_fault_is_told_when_it_begins_and_counted_when_it_has_struck(
    drilled: Drill, told: list[str]
) -> None:
    kinds = [line[9:27].strip() for line in told if line[2] == ":" and line[9:27].strip() in KINDS]
    assert len(set(kinds)) > len(KINDS) - 3
    assert {"process killed", "permission taken away", "bus deleted"} <= drilled.struck.keys()
    assert f"· {drilled.struck.total()} faults (" in drilled.line
    assert "seed 7: 12 orders" in told[0]


def test_a_drill_that_is_stopped_mends_all_and_draws_up_the_books(system: System) -> None:
    stop = Event()

    def say(line: str) -> None:
        if "consumer off" in line or "bus deleted" in line:
            stop.set()

    scope = Scope(seed=3, seconds=600.0, orders=600, fault_every_s=0.3)
    stopped = drill(system, scope, stop, say)
    assert stopped.outcome.is_well, stopped.line
    assert stopped.took_s < 60
    assert stopped.orders < 60


def test_faults_have_places_of_every_kind_and_no_place_of_what_others_give_up(
    system: System,
) -> None:
    places = places_of(system)
    assert all(places[kind] for kind in KINDS)
    assert not [place for place in places["queue closed"] if "undelivered" in place.name]


@pytest.fixture
def lost(system: System) -> str:
    """The id of an order whose event somebody deletes from the queue of its consumer."""
    sqs, url = system.client("sqs", "invoicing"), system.queues("invoicing")[QUEUE]
    with faults.mappings_off(system, "invoicing", "IssueInvoice"):
        order_id = shop.place(system, "eu-west")

        def deleted() -> bool:
            for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                if json.loads(message["Body"])["detail"]["data"]["orderId"] == order_id:
                    return True
            return False

        wait_until(deleted, shop.WITHIN_S, f"the event of order {order_id} in {QUEUE}")
    return order_id


def test_a_message_that_is_lost_is_missed_and_the_order_is_followed_to_where_it_was_last_seen(
    system: System, assembly: Path, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def this_system(*_: Any, **__: Any) -> Any:
        return nullcontext(system)

    monkeypatch.setattr(running, "temporary_system", this_system)
    monkeypatch.setattr(command, "HEALED_WITHIN_S", 1.0)
    options = ["--minutes", "0.02", "--orders", "60", "--every", "600", "--seed", "5"]
    with cli.console.capture() as said:
        done = CliRunner().invoke(command.app, [*options, "--assembly", str(assembly)])
    assert done.exit_code == 1, done.output
    assert re.search(r" · [1-3] lost · 0 duplicated · no gaps", said.get())
    assert f"{lost} is not as the other domains have it" in said.get()
    assert f"What befell {lost}" in done.output
    assert "OrderPlaced" in done.output
    assert "make drill SEED=5 MINUTES=0.02" in said.get()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--minutes", "0"], "'--minutes': 0, expected a number from 0.01 to 600"),
        (["--orders", "1.5"], "'--orders': 1.5, expected a whole number from 1 to 600"),
        (["--seed", "mine"], "'--seed': mine, expected a whole number from 0 to 999999"),
    ],
)
def test_an_option_that_cannot_be_is_refused_with_what_was_expected(
    options: list[str], expected: str
) -> None:
    done = CliRunner().invoke(command.app, options, terminal_width=200)
    assert done.exit_code == 2
    assert expected in done.output


def test_without_an_assembly_there_is_no_drill_and_the_status_is_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["drill", "--assembly", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        cli.run(command.app, command.COULD_NOT_RUN)
    assert ended.value.code == 2
    assert str(tmp_path) in capsys.readouterr().out
