"""`project_demand`: units ordered, by product and day, each order once."""

from datetime import UTC, datetime

import msgspec
import pytest

from contracts.orders import TEST_CUSTOMER, OrderLine, OrderPlaced
from insights import demand
from tests.unit.calls import Calls, throttled
from tests.unit.messages import event
from tests.unit.metrics import counted
from tests.unit.world import World

DAY = "2026-11-23"


def order(order_id: str = "o-1", *, customer: str = "c-1", **quantities: int) -> OrderPlaced:
    """An order of so many pieces of each product."""
    return order_of(quantities or {"lamp": 2}, order_id, customer)


def order_of(
    quantities: dict[str, int], order_id: str = "o-1", customer: str = "c-1"
) -> OrderPlaced:
    """The same, of any products."""
    lines = [
        OrderLine(sku=sku, quantity=quantity, unit_price=100)
        for sku, quantity in quantities.items()
    ]
    return OrderPlaced(
        order_id=order_id,
        customer_id=customer,
        location="eu-west",
        lines=lines,
        total=sum(line.quantity for line in lines) * 100,
        currency="EUR",
    )


def ordered(world: World) -> dict[str, int]:
    """The demand for each product on the day of the tests."""
    found = world.by_id("DEMAND")
    assert all(id.startswith(f"{DAY}#") for id in found)
    return {id.partition("#")[2]: item["units"] for id, item in found.items()}


def test_units_of_all_orders_add_up(world: World) -> None:
    first, second = order("o-1", lamp=2, desk=1), order("o-2", lamp=3)
    assert world.consume("project_demand", first, second) == []
    assert ordered(world) == {"lamp": 5, "desk": 1}


def test_two_lines_of_one_product_count_together(world: World) -> None:
    placed = order(lamp=2)
    twice = msgspec.structs.replace(placed, lines=placed.lines * 2)
    assert world.consume("project_demand", twice) == []
    assert ordered(world) == {"lamp": 4}


def test_an_order_counts_once_however_often_and_as_whatever_event_it_comes(world: World) -> None:
    again = event(order(), event_id="published-again")
    assert world.consume("project_demand", order(), order(), again) == []
    assert world.consume("project_demand", order()) == []
    assert ordered(world) == {"lamp": 2}


def test_an_order_of_more_products_than_a_transaction_takes_is_counted_whole(
    world: World, calls: Calls
) -> None:
    many = {f"sku-{n:03}": 1 for n in range(250)}
    calls.forget()
    assert world.consume("project_demand", order_of(many)) == []
    assert ordered(world) == many
    assert len(calls.of("TransactWriteItems")) == 3
    assert world.consume("project_demand", order_of(many)) == []
    assert ordered(world) == many


def orders(count: int, products: int) -> list[OrderPlaced]:
    """So many orders, each of so many products that no other has, and of a lamp."""
    return [
        order_of({f"sku-{n}-{k}": 1 for k in range(products)} | {"lamp": 1}, f"o-{n}")
        for n in range(count)
    ]


def test_a_batch_is_one_read_and_one_transaction_that_adds_each_product_once(
    world: World, calls: Calls
) -> None:
    calls.forget()
    assert world.consume("project_demand", *orders(10, products=2)) == []
    assert [operation for operation, _ in calls.made] == ["BatchGetItem", "TransactWriteItems"]
    (made,) = calls.of("TransactWriteItems")
    assert len(made["TransactItems"]) == 10 + 10 * 2 + 1
    assert ordered(world)["lamp"] == 10


def test_a_batch_that_fits_into_no_transaction_is_counted_in_as_few_as_it_takes(
    world: World, calls: Calls
) -> None:
    calls.forget()
    assert world.consume("project_demand", *orders(10, products=19)) == []
    sizes = [len(made["TransactItems"]) for made in calls.of("TransactWriteItems")]
    assert sizes == [4 * 20 + 1, 4 * 20 + 1, 2 * 20 + 1]
    assert ordered(world)["lamp"] == 10


@pytest.mark.parametrize("failing", [1, 2])
def test_an_order_that_fails_in_a_batch_comes_again_alone_and_all_count_once(
    world: World, calls: Calls, capsys: pytest.CaptureFixture[str], failing: int
) -> None:
    """The first transaction fails, and of those for one order each the next."""
    placed = orders(3, products=1)
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"), times=failing)
    left = ["message-0"] if failing == 2 else []
    assert world.consume("project_demand", *placed) == left
    assert world.consume("project_demand", *placed) == []
    assert ordered(world)["lamp"] == 3
    assert sum(counted(capsys)["UnitsOrdered"]) == 6


def test_orders_of_a_batch_that_were_counted_before_are_left_out(world: World) -> None:
    first, second = orders(2, products=1)
    assert world.consume("project_demand", first) == []
    assert world.consume("project_demand", first, second, first) == []
    assert ordered(world)["lamp"] == 2


def test_what_another_counts_meanwhile_is_not_counted_again(world: World, calls: Calls) -> None:
    first, second = orders(2, products=1)
    calls.overtake("TransactWriteItems", lambda: world.consume("project_demand", first))
    assert world.consume("project_demand", first, second) == []
    assert ordered(world)["lamp"] == 2


def test_what_proves_the_system_is_no_demand(world: World) -> None:
    assert world.consume("project_demand", order(customer=TEST_CUSTOMER)) == []
    assert ordered(world) == {}


@pytest.mark.parametrize(
    ("at", "day"),
    [("2026-11-23T23:30:00-01:00", "2026-11-24"), ("2026-11-24T00:30:00+01:00", "2026-11-23")],
)
def test_a_day_is_of_utc(at: str, day: str) -> None:
    (part,) = demand.parts(order(), datetime.fromisoformat(at), most=99)
    assert part.units == {f"{day}#lamp": 2}


def test_parts_are_the_same_whatever_the_order_of_the_lines() -> None:
    placed = order(lamp=1, desk=2, chair=3)
    turned = msgspec.structs.replace(placed, lines=placed.lines[::-1])
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert list(demand.parts(placed, at, most=2)) == list(demand.parts(turned, at, most=2))


def test_one_that_cannot_be_read_is_set_aside_and_those_after_it_go_on(world: World) -> None:
    assert world.consume("project_demand", "no event", order()) == []
    assert [one.body for one in world.dead_letters("project_demand")] == ["no event"]
    assert ordered(world) == {"lamp": 2}
