"""What an outbox still has is published, and deleted only after the bus has taken it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operate import outbox
from operate.errors import OperateError
from operate.progress import Moved
from operate.tests.conftest import Running, eventually, outbox_table


def write(app: Running, title: str, *, age_s: float = 600, **more: str) -> None:
    """Writes an event into the outbox, as the desk does with its state."""
    item = {
        "pk": f"e-{title}",
        "source": "desk",
        "detailType": "BookLent",
        "detail": f'{{"title": "{title}"}}',
        "occurredAt": (datetime.now(UTC) - timedelta(seconds=age_s)).isoformat(),
        **more,
    }
    app.client("dynamodb").put_item(
        TableName=outbox_table(app), Item={key: {"S": value} for key, value in item.items()}
    )


def republish(app: Running, **options: Any) -> Moved:
    box = outbox.named(app.system, "desk")
    settings = {"rate": 1000.0, "older_than_s": 60.0, **options}
    return outbox.republish(app.system, box, **settings)


def count(app: Running) -> int:
    return outbox.waiting(app.system, outbox.named(app.system, "desk")).events


def test_what_is_old_is_published_and_deleted(app: Running) -> None:
    for number in range(12):
        write(app, f"volume {number}")
    assert republish(app).moved == {"bus desk": 12}
    assert count(app) == 0
    eventually(lambda: depth(app, "notes") == 12, "twelve events in notes")


def test_what_is_young_is_left_to_the_publisher(app: Running) -> None:
    write(app, "Emma", age_s=5)
    moved = republish(app)
    assert moved.line == "outbox of desk: moved nothing; 1 are on their way"
    assert count(app) == 1


def test_what_the_bus_refuses_stays_and_the_others_go(app: Running) -> None:
    write(app, "Emma")
    write(app, "Torn", detail="no json")
    moved = republish(app)
    assert moved.moved == {"bus desk": 1}
    assert next(iter(moved.left)).startswith("MalformedDetail")
    assert count(app) == 1


def test_an_item_that_is_no_event_stays_with_what_it_lacks(app: Running) -> None:
    table = app.client("dynamodb")
    table.put_item(TableName=outbox_table(app), Item={"pk": {"S": "e-bare"}})
    assert republish(app).left == {
        "the item e-bare is no event: it has no source, no detailType, no detail": 1
    }
    assert count(app) == 1


def test_a_dry_run_publishes_nothing(app: Running) -> None:
    write(app, "Emma")
    assert republish(app, dry_run=True).line == "outbox of desk: would move 1 to bus desk"
    assert count(app) == 1


def test_events_are_put_in_lists_that_one_call_may_hold() -> None:
    items = [{"detail": "x" * 100_000} for _ in range(5)] + [{"detail": "x"} for _ in range(12)]
    assert [len(chunk) for chunk in outbox.chunks(items)] == [2, 2, 10, 3]


def test_an_unknown_outbox_names_the_nearest(app: Running) -> None:
    with pytest.raises(OperateError, match="there is no outbox 'dask'; there is desk"):
        outbox.named(app.system, "dask")


def depth(app: Running, name: str) -> int:
    answer = app.client("sqs").get_queue_attributes(
        QueueUrl=app.url(name), AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
