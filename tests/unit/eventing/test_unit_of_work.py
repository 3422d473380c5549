"""The unit of work: conditions on what was read, one transaction, and starting over."""

from collections.abc import Callable

import msgspec
import pytest
from botocore.exceptions import ClientError

from eventing import dynamodb, outbox
from eventing.dynamodb import ATTEMPTS, MAX_KEY_BYTES
from eventing.events import decode
from eventing.transactions import ConditionFailed
from eventing.unit_of_work import STARTS, Kind, Table, UnitOfWork
from tests.unit.calls import Calls, in_a_transaction, throttled, transaction_cancelled
from tests.unit.clients import client
from tests.unit.golden import some_event
from tests.unit.world import World


class Account(msgspec.Struct, frozen=True, rename="camel"):
    """What the tests store: `last_seen` has another name in the table."""

    balance: int = 0
    last_seen: int = 0
    note: str | None = None


ACCOUNTS = Kind("ACCOUNT", Account)
OTHERS = Kind("OTHER", Account)

Work = Callable[[UnitOfWork], None]


def put(id: str, account: Account) -> Work:
    """Puts the account without reading it."""
    return lambda unit: unit.put(ACCOUNTS, id, account)


def added(id: str, **amounts: int) -> Work:
    """Adds to counters of the account."""
    return lambda unit: unit.add(ACCOUNTS, id, **amounts)


def deposit(id: str, amount: int) -> Work:
    """Reads the account, which may not be there yet, and puts it with more in it."""

    def work(unit: UnitOfWork) -> None:
        before = unit.get(ACCOUNTS, id) or Account()
        unit.put(ACCOUNTS, id, msgspec.structs.replace(before, balance=before.balance + amount))

    return work


def stored(world: World) -> dict[str, tuple[int, int]]:
    """The balance and the revision of each account."""
    items = world.by_id("ACCOUNT").items()
    return {id: (item.get("balance", 0), item["revision"]) for id, item in items}


def test_what_was_put_is_read_as_its_type(world: World) -> None:
    account = Account(balance=2**53 - 1, last_seen=7, note="ü")
    world.table.transact(put("1", account))
    assert world.table.read(ACCOUNTS, "1") == account
    assert world.by_id("ACCOUNT")["1"]["lastSeen"] == 7


def test_what_is_not_there_is_none(world: World) -> None:
    world.table.transact(put("1", Account()))
    assert world.table.read(ACCOUNTS, "2") is None
    assert world.table.read(OTHERS, "1") is None


def test_an_item_that_is_none_of_its_kind_is_an_error(world: World) -> None:
    world.table.transact(lambda unit: unit.put(Kind("ACCOUNT", Wrong), "1", Wrong("much")))
    with pytest.raises(msgspec.ValidationError, match=r"got `str` - at `\$.balance`"):
        world.table.read(ACCOUNTS, "1")


class Wrong(msgspec.Struct, frozen=True):
    balance: str


def test_the_work_s_result_is_returned(world: World) -> None:
    assert world.table.transact(lambda unit: unit.get(ACCOUNTS, "1")) is None
    assert world.table.transact(lambda _: "done") == "done"


def test_a_revision_counts_the_writes(world: World) -> None:
    for _ in range(3):
        world.table.transact(deposit("1", 5))
    assert stored(world) == {"1": (15, 3)}


def test_a_unit_that_writes_nothing_makes_no_transaction(world: World, calls: Calls) -> None:
    world.table.transact(lambda unit: unit.get(ACCOUNTS, "1"))
    assert [operation for operation, _ in calls.made] == ["GetItem"]


def test_what_was_not_read_must_not_be_there(world: World) -> None:
    world.table.transact(put("1", Account(balance=1)))
    with pytest.raises(ConditionFailed):
        world.table.transact(put("1", Account(balance=2)))
    assert stored(world) == {"1": (1, 1)}


def test_what_was_read_as_missing_must_still_be_missing(world: World, calls: Calls) -> None:
    calls.overtake("PutItem", lambda: world.table.transact(deposit("1", 10)))
    world.table.transact(deposit("1", 5))
    assert stored(world) == {"1": (15, 2)}


def test_a_lost_race_starts_over_and_reads_again(
    world: World, calls: Calls, pauses: list[float]
) -> None:
    world.table.transact(deposit("1", 100))
    seen: list[Account | None] = []

    def work(unit: UnitOfWork) -> None:
        seen.append(unit.get(ACCOUNTS, "1"))
        deposit("1", 5)(unit)

    calls.overtake("PutItem", lambda: world.table.transact(deposit("1", 10)), times=2)
    world.table.transact(work)
    assert stored(world) == {"1": (125, 4)}
    assert seen == [Account(100), Account(110), Account(120)]
    assert len(pauses) == 2


def test_who_loses_every_race_gives_up_and_writes_nothing(world: World, calls: Calls) -> None:
    world.table.transact(deposit("1", 100))
    calls.overtake(
        "TransactWriteItems", lambda: world.table.transact(deposit("1", 10)), times=STARTS
    )
    starts: list[None] = []

    def work(unit: UnitOfWork) -> None:
        starts.append(None)
        deposit("1", 5)(unit)
        unit.put(ACCOUNTS, "2", Account())

    with pytest.raises(ConditionFailed):
        world.table.transact(work)
    assert len(starts) == STARTS == 5
    assert stored(world) == {"1": (100 + 10 * STARTS, 1 + STARTS)}


@pytest.mark.parametrize(
    ("operation", "conflict", "ids"),
    [
        ("PutItem", in_a_transaction("PutItem"), ["1"]),
        ("TransactWriteItems", transaction_cancelled("TransactionConflict", "None"), ["1", "2"]),
    ],
)
def test_writes_that_keep_meeting_transactions_give_up(
    world: World, calls: Calls, operation: str, conflict: ClientError, ids: list[str]
) -> None:
    def work(unit: UnitOfWork) -> None:
        for id in ids:
            deposit(id, 5)(unit)

    calls.refuse(operation, conflict, times=STARTS * ATTEMPTS)
    with pytest.raises(ConditionFailed, match="kept coming first"):
        world.table.transact(work)
    assert world.items() == []
    world.table.transact(work)
    assert stored(world) == dict.fromkeys(ids, (5, 1))


def test_a_put_that_came_twice_as_its_answer_was_lost_is_found_done(
    world: World, calls: Calls
) -> None:
    seen: list[Account | None] = []

    def work(unit: UnitOfWork) -> None:
        seen.append(unit.get(ACCOUNTS, "1"))
        if seen[-1] is None:
            unit.put(ACCOUNTS, "1", Account(5))

    calls.overtake("PutItem", lambda: client("dynamodb").put_item(**calls.made[-1][1]))
    world.table.transact(work)
    assert seen == [None, Account(5)]
    assert stored(world) == {"1": (5, 1)}


def test_nothing_is_written_when_the_work_raises(world: World, calls: Calls) -> None:
    def work(unit: UnitOfWork) -> None:
        deposit("1", 5)(unit)
        unit.publish(decode(some_event()))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        world.table.transact(work)
    assert calls.of("TransactWriteItems") == []
    assert world.items() == world.pending() == []


def test_an_error_of_dynamodb_is_passed_on_at_once(world: World, calls: Calls) -> None:
    calls.refuse("PutItem", throttled("PutItem"))
    with pytest.raises(type(throttled("")), match="ThrottlingException"):
        world.table.transact(deposit("1", 5))
    assert len(calls.of("PutItem")) == 1
    assert world.items() == []


def test_an_event_is_written_with_the_state_in_one_transaction(world: World, calls: Calls) -> None:
    event = decode(some_event())

    def work(unit: UnitOfWork) -> None:
        deposit("1", 5)(unit)
        unit.publish(event)

    world.table.transact(work)
    (made,) = calls.of("TransactWriteItems")
    assert len(made["TransactItems"]) == 2
    assert world.pending() == [dynamodb.from_item(dynamodb.to_item(outbox.item(event)))]


def test_an_event_without_an_outbox_to_write_it_into_is_an_error(world: World) -> None:
    alone = Table(world.table.client, world.table.name)
    event = decode(some_event())
    with pytest.raises(RuntimeError, match=f"{alone.name}: no outbox to write {event.detail_type}"):
        alone.transact(lambda unit: unit.publish(event))
    assert world.pending() == []


def test_an_event_that_is_published_already_fails_the_whole_unit(world: World) -> None:
    world.table.transact(lambda unit: unit.publish(decode(some_event())))

    def again(unit: UnitOfWork) -> None:
        deposit("1", 5)(unit)
        unit.publish(decode(some_event()))

    with pytest.raises(ConditionFailed):
        world.table.transact(again)
    assert stored(world) == {}


def test_counters_are_made_and_added_to(world: World) -> None:
    world.table.transact(added("1", balance=5))
    world.table.transact(added("1", balance=-2, last_seen=3))
    assert world.table.read(ACCOUNTS, "1") == Account(balance=3, last_seen=3)
    assert stored(world) == {"1": (3, 2)}


def test_two_who_add_at_once_are_both_counted_without_starting_over(
    world: World, calls: Calls, pauses: list[float]
) -> None:
    calls.overtake("TransactWriteItems", lambda: world.table.transact(added("1", balance=10)))
    world.table.transact(added("1", balance=5))
    assert stored(world) == {"1": (15, 2)}
    assert calls.of("GetItem") == []
    assert pauses == []


def test_what_was_added_in_between_is_not_lost_by_who_had_read(world: World, calls: Calls) -> None:
    world.table.transact(deposit("1", 100))
    calls.overtake("PutItem", lambda: world.table.transact(added("1", balance=10)))
    world.table.transact(deposit("1", 5))
    assert stored(world) == {"1": (115, 3)}


def test_what_is_put_beside_it_keeps_an_addition_from_being_counted_twice(world: World) -> None:
    def count_once(unit: UnitOfWork) -> None:
        if unit.get(OTHERS, "event-1") is None:
            unit.put(OTHERS, "event-1", Account())
            unit.add(ACCOUNTS, "1", balance=5)

    for _ in range(2):
        world.table.transact(count_once)
    assert stored(world) == {"1": (5, 1)}


def test_an_addition_to_what_the_type_has_not_is_an_error_of_the_caller(world: World) -> None:
    with pytest.raises(KeyError, match="points"):
        world.table.transact(added("1", points=5))
    assert world.items() == []


def test_additions_in_one_unit_add_up(world: World) -> None:
    def work(unit: UnitOfWork) -> None:
        for amount in (5, 7):
            unit.add(ACCOUNTS, "1", balance=amount)
        unit.add(ACCOUNTS, "1", last_seen=1)

    world.table.transact(work)
    assert world.table.read(ACCOUNTS, "1") == Account(balance=12, last_seen=1)


@pytest.mark.parametrize("turned", [False, True])
def test_an_item_is_put_or_added_to_but_not_both(world: World, turned: bool) -> None:
    steps = [put("1", Account()), added("1", balance=5)]

    def work(unit: UnitOfWork) -> None:
        for step in reversed(steps) if turned else steps:
            step(unit)

    with pytest.raises(ValueError, match="put and added to in one unit of work: ACCOUNT#1"):
        world.table.transact(work)
    assert world.items() == []


def test_what_a_unit_put_is_what_it_then_gets(world: World) -> None:
    def work(unit: UnitOfWork) -> None:
        for amount in (5, 7):
            deposit("1", amount)(unit)

    world.table.transact(work)
    assert stored(world) == {"1": (12, 1)}


def test_many_are_read_in_one_call_and_then_known(world: World, calls: Calls) -> None:
    world.table.transact(put("1", Account(1)))
    world.table.transact(put("2", Account(2)))
    calls.forget()

    def work(unit: UnitOfWork) -> list[Account | None]:
        unit.load(map(ACCOUNTS.key, ["1", "2", "3", "1"]))
        unit.load([ACCOUNTS.key("1")])
        return [unit.get(ACCOUNTS, id) for id in ("1", "2", "3")]

    assert world.table.transact(work) == [Account(1), Account(2), None]
    assert [operation for operation, _ in calls.made] == ["BatchGetItem"]


def test_what_was_loaded_is_put_on_condition_of_its_revision(world: World, calls: Calls) -> None:
    world.table.transact(deposit("1", 100))

    def work(unit: UnitOfWork) -> None:
        unit.load(map(ACCOUNTS.key, ["1", "2"]))
        deposit("1", 5)(unit)
        deposit("2", 5)(unit)

    def others() -> None:
        world.table.transact(deposit("1", 10))
        world.table.transact(deposit("2", 10))

    calls.overtake("TransactWriteItems", others)
    world.table.transact(work)
    assert stored(world) == {"1": (115, 3), "2": (15, 2)}


def test_an_item_is_read_once_in_a_unit(world: World, calls: Calls) -> None:
    def work(unit: UnitOfWork) -> None:
        for _ in range(2):
            unit.get(ACCOUNTS, "1")

    world.table.transact(work)
    assert len(calls.of("GetItem")) == 1


@pytest.mark.parametrize("id", ["x" * MAX_KEY_BYTES, "ü" * (MAX_KEY_BYTES // 2)])
def test_what_has_too_long_a_key_is_not_there_and_cannot_be_put(
    world: World, calls: Calls, id: str
) -> None:
    assert world.table.read(ACCOUNTS, id) is None
    assert world.table.transact(lambda unit: unit.load([ACCOUNTS.key(id)])) is None
    assert calls.made == []


def test_a_put_of_the_same_item_twice_writes_the_last(world: World) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.put(ACCOUNTS, "1", Account(balance=1))
        unit.put(ACCOUNTS, "1", Account(balance=2))

    world.table.transact(work)
    assert stored(world) == {"1": (2, 1)}


def test_units_of_a_loaded_table_read_nothing_more(world: World, calls: Calls) -> None:
    world.table.transact(put("1", Account(1)))
    calls.forget()
    loaded = world.table.loaded(map(ACCOUNTS.key, ["1", "1", "2"]))
    assert loaded.read(ACCOUNTS, "1") == Account(1)
    loaded.transact(deposit("2", 5))
    assert [operation for operation, _ in calls.made] == ["BatchGetItem", "PutItem"]
    assert stored(world) == {"1": (1, 1), "2": (5, 1)}


def test_who_was_loaded_too_early_starts_over_and_reads_again(world: World) -> None:
    world.table.transact(deposit("1", 100))
    loaded = world.table.loaded(map(ACCOUNTS.key, ["1", "2"]))
    for _ in range(2):
        loaded.transact(deposit("1", 10))
        loaded.transact(deposit("2", 10))
    assert stored(world) == {"1": (120, 3), "2": (20, 2)}
