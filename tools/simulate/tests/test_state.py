"""What queues, tables and filters do that moto is not asked about."""

from typing import Any

import pytest

from simulate.errors import NotSimulated
from simulate.functions.invocation import Crash
from simulate.state.messages import Message
from simulate.state.queues import DEDUPLICATED_FOR_S, Queue
from simulate.state.tables import Cancelled, Change, Table, transact
from simulate.story import FITS, Line, named, of, short, written


def message(body: str, at: float = 0.0, **more: Any) -> Message:
    return Message(body, body, body, at, at, **more)


def by_age(message: Message) -> float:
    return message.sent


def received(queue: Queue, now: float) -> list[str]:
    return [each.body for each in queue.receive(10, now, by_age)]


def test_what_is_received_too_often_goes_to_the_dead_letters() -> None:
    dead = Queue("dead")
    queue = Queue("queue", visibility=10, most_receives=2, dead_letters=dead)
    queue.put(message("poison"), 0)
    assert [received(queue, now) for now in (0, 5, 10, 20)] == [["poison"], [], ["poison"], []]
    assert [each.body for each in dead.messages] == ["poison"]


def test_what_is_too_old_is_gone() -> None:
    queue = Queue("queue", retention=100)
    queue.put(message("old"), 0)
    queue.put(message("new", 50), 50)
    assert received(queue, 120) == ["new"]


def test_a_group_waits_for_its_first_message_and_others_do_not() -> None:
    queue = Queue("queue.fifo", is_fifo=True, visibility=10, by_content=True)
    for body, group in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        queue.put(message(body, group=group), 0)
    (first,) = queue.receive(1, 0, by_age)
    assert first.body == "a1"
    assert received(queue, 1) == ["b1"]
    queue.delete(first.receipt, 2)
    assert received(queue, 2) == ["a2"]


def test_a_fifo_queue_knows_a_message_for_five_minutes_also_a_deleted_one() -> None:
    queue = Queue("queue.fifo", is_fifo=True)
    assert queue.put(message("one", group="g", deduplication="id"), 0)
    queue.delete(queue.receive(1, 0, by_age)[0].receipt, 0)
    assert not queue.put(message("two", group="g", deduplication="id"), DEDUPLICATED_FOR_S - 1)
    assert queue.put(message("three", group="g", deduplication="id"), DEDUPLICATED_FOR_S)


def test_an_old_receipt_neither_hides_nor_deletes() -> None:
    queue = Queue("queue", visibility=10)
    queue.put(message("m"), 0)
    (first,) = queue.receive(1, 0, by_age)
    old = first.receipt
    queue.receive(1, 10, by_age)
    assert not queue.hide(old, 100)
    queue.delete(old, 10)
    assert len(queue.messages) == 1


def put(pk: str, **condition: str) -> tuple[str, dict[str, Any]]:
    return "Put", {"Item": {"pk": {"S": pk}}, **condition}


def test_of_a_transaction_whose_condition_fails_nothing_is_written() -> None:
    table = Table("table", ("pk",))
    there = {"ConditionExpression": "attribute_exists(pk)"}
    with pytest.raises(Cancelled) as cancelled:
        transact([(table, *put("a")), (table, *put("b", **there))])
    assert cancelled.value.codes == ["None", "ConditionalCheckFailed"]
    assert list(table.scan()) == []


def test_an_expression_that_cannot_be_read_is_no_error_of_the_handlers() -> None:
    table = Table("table", ("pk",))
    with pytest.raises(NotSimulated):
        table.put(put("a", ConditionExpression="pk ?= :a")[1])
    assert not issubclass(NotSimulated, Exception)
    assert not issubclass(Crash, Exception)


def test_a_story_of_a_subject_fits_a_screen() -> None:
    lines = [
        Line(float(n), "queue q", "x" * n, "mine" if n % 2 else "other", is_fault=n == 301)
        for n in range(400)
    ]
    mine = of(lines, "mine")
    assert len(mine) == 200
    told = short(mine)
    assert len(told) == FITS
    assert any("✗" in line for line in told)
    assert len(short(mine, 10)) == 10
    assert short(mine[:5]) == [str(line) for line in mine[:5]]


def test_a_story_says_what_changed_in_an_item_and_shortens_ids() -> None:
    change = Change(
        {"pk": {"S": "THING#6315bda3-7b73-484e-9236-6d8a2b5a809f"}},
        {"status": {"S": "NEW"}, "size": {"N": "1"}, "due": {"N": "7"}},
        {"status": {"S": "OLD"}, "size": {"N": "1"}, "parts": {"L": []}},
    )
    (told,) = short([Line(0.0, "table", written(change), "")])
    assert told.endswith("changes THING#6315bda3: status OLD, due gone, parts")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"detail-type": "Made"}', "Made"),
        ('{"eventName": "INSERT", "dynamodb": {"NewImage": {}}}', "INSERT"),
        ('{"kinesis": {"data": "eyJkZXRhaWwtdHlwZSI6ICJNYWRlIn0="}}', "Made"),
        ("[]", "[]"),
        ("plain", "plain"),
    ],
)
def test_a_message_has_a_name(text: str, name: str) -> None:
    assert named(text) == name
