"""Every kind of dead letter goes back to where it was going, and none is lost."""

from typing import Any

import pytest

from operate import redrive as redriving
from operate.consumers import consumers, switch
from operate.dead_letters import named
from operate.progress import Moved
from operate.targets import Refused
from operate.tests import sample
from operate.tests.conftest import Running, event, eventually, outbox_table

FAST = 1000.0


def redrive(app: Running, place: str, **options: Any) -> Moved:
    return redriving.redrive(app.system, named(app.system, place), rate=FAST, **options)


def test_messages_of_a_consumer_go_back_to_its_queue(app: Running) -> None:
    for body in ("one", "two"):
        app.send("novels-dead", f'"{body}"', {"error": "no page 7", "errorType": "Torn"})
    moved = redrive(app, "novels-dead")
    assert (moved.moved, moved.left) == ({"queue novels": 2}, {})
    assert sorted(app.bodies("novels")) == ["one", "two"]
    assert app.messages("novels-dead") == []


def test_what_sqs_has_moved_is_told_though_it_counts_later(
    app: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.send("novels-dead", '"one"', {"error": "no page 7", "errorType": "Torn"})
    sqs = app.client("sqs", app.account_of("novels-dead"))
    ended = {"Results": [{"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 0}]}
    monkeypatch.setattr(sqs, "list_message_move_tasks", lambda **_: ended)
    moved = redrive(app, "novels-dead")
    assert (moved.moved, moved.left) == ({"queue novels": 1}, {})


def test_messages_of_a_fifo_queue_go_back_in_their_group_and_are_no_duplicates(
    app: Running,
) -> None:
    for name in ("numbers.fifo", "numbers-dead.fifo"):
        app.send(name, '"one"', MessageGroupId="IE", MessageDeduplicationId="same")
    app.client("sqs", sample.SHELF).purge_queue(QueueUrl=app.url("numbers.fifo"))
    moved = redrive(app, "numbers-dead.fifo")
    assert moved.moved == {"queue numbers.fifo": 1}
    [message] = app.messages("numbers.fifo")
    assert (message["Body"], message["Attributes"]["MessageGroupId"]) == ('"one"', "IE")


def test_only_messages_with_the_reason_asked_for_are_moved(app: Running) -> None:
    app.send("novels-dead", '"torn"', {"error": "no page 7", "errorType": "Torn"})
    app.send("novels-dead", '"lost"', {"error": "not there", "errorType": "Lost"})
    moved = redrive(app, "novels-dead", only="Torn")
    assert (moved.moved.total(), moved.left.total()) == (1, 1)
    assert app.bodies("novels") == ["torn"]
    assert app.bodies("novels-dead") == ["lost"]


def test_what_a_consumer_noted_on_a_message_does_not_go_back_with_it(app: Running) -> None:
    app.send("novels-dead", '"torn"', {"error": "no page 7", "kept": "yes"})
    redrive(app, "novels-dead", only="no page")
    [message] = app.messages("novels")
    assert set(message["MessageAttributes"]) == {"kept"}


def test_an_event_that_a_topic_could_not_deliver_is_sent_to_the_queue_as_it_is(
    app: Running,
) -> None:
    app.send("novels-undelivered", event(), {"ErrorCode": "403", "ErrorMessage": "no"})
    assert redrive(app, "novels-undelivered").moved == {"queue novels": 1}
    [message] = app.messages("novels")
    assert "MessageAttributes" not in message
    assert app.bodies("novels") == [event()]


def test_what_no_queue_of_a_topic_got_is_published_there_again(app: Running) -> None:
    app.send("unrouted", event(), {"novel": "yes"})
    assert redrive(app, "unrouted").moved == {"topic books": 1}
    [message] = eventually(lambda: app.messages("novels"), "the event in novels")
    assert message["MessageAttributes"]["novel"]["StringValue"] == "yes"
    assert app.messages("unrouted") == []


def test_what_redelivery_gave_up_goes_back_to_where_it_waited_without_the_reasons(
    app: Running,
) -> None:
    [waiting] = [one for one in consumers(app.system) if "late-undelivered" in one.label]
    switch(app.system, waiting, on=False)
    letter = app.rule_letter("late", sample.arn("sqs", sample.DESK, "late")) | {"kept": "yes"}
    waited_in = sample.arn("sqs", sample.DESK, "late-undelivered")
    app.send("late-undeliverable", event(), letter | {"waitedIn": waited_in, "error": "gone"})
    assert redrive(app, "late-undeliverable").moved == {"queue late-undelivered": 1}
    [message] = app.messages("late-undelivered")
    assert set(message["MessageAttributes"]) == {"kept"}


def test_what_was_forwarded_before_stays_where_redelivery_gave_it_up(app: Running) -> None:
    hops = app.rule_letter("late", "late", "THIRD_ACCOUNT_HOP_DETECTED")
    waited_in = sample.arn("sqs", sample.DESK, "late-undelivered")
    app.send("late-undeliverable", event(), hops | {"waitedIn": waited_in})
    assert "forwards an event once" in next(iter(redrive(app, "late-undeliverable").left))


def test_a_message_of_which_nothing_says_where_it_was_going_stays(app: Running) -> None:
    app.send("ticks-dead", "{}")
    assert "nothing in the assembly says where" in next(iter(redrive(app, "ticks-dead").left))
    assert len(app.messages("ticks-dead")) == 1


def test_an_event_that_a_rule_could_not_deliver_to_a_queue_goes_to_that_queue_alone(
    app: Running,
) -> None:
    notes = sample.arn("sqs", sample.DESK, "notes")
    app.send("notes-undelivered", event(), app.rule_letter("notes", notes))
    assert redrive(app, "notes-undelivered").moved == {"queue notes": 1}
    assert app.bodies("notes") == [event()]
    assert app.messages("novels") == []


def test_an_event_that_a_rule_could_not_write_to_a_log_is_written_there(app: Running) -> None:
    group = sample.arn("logs", sample.DESK, "log-group:/aws/events/desk")
    app.send("audit-undelivered", event("Lady Susan"), app.rule_letter("audit", group))
    assert redrive(app, "audit-undelivered").moved == {"log group /aws/events/desk": 1}
    written = app.client("logs").filter_log_events(
        logGroupName="/aws/events/desk", filterPattern='"Lady Susan"'
    )
    assert len(written["events"]) == 1


def test_a_message_goes_on_with_the_trace_it_came_with(app: Running) -> None:
    trace = {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}
    app.send("novels-undelivered", event(), MessageSystemAttributes={"AWSTraceHeader": trace})
    redrive(app, "novels-undelivered")
    [message] = app.messages("novels")
    assert message["Attributes"]["AWSTraceHeader"] == trace["StringValue"]


def test_an_event_that_a_rule_could_not_deliver_to_a_topic_is_published_there(
    app: Running,
) -> None:
    letter = {
        "RULE_ARN": sample.arn("events", sample.SHELF, "rule/shelf/books"),
        "TARGET_ARN": sample.arn("sns", sample.SHELF, "books"),
    }
    app.send("books-undelivered", event(), letter)
    assert redrive(app, "books-undelivered").moved == {"topic books": 1}
    assert eventually(lambda: app.bodies("novels"), "the event in novels") == [event()]


def test_an_event_for_another_account_s_bus_is_put_there_by_the_account_of_the_rule(
    app: Running,
) -> None:
    app.send("forward-undelivered", event(), app.rule_letter("forward", sample.SHELF_BUS))
    assert redrive(app, "forward-undelivered").moved == {"bus shelf": 1}
    [got] = eventually(lambda: app.bodies("novels"), "the event in novels")
    assert got["id"] != event()["id"]
    assert {**got, "id": event()["id"]} == event()
    assert app.messages("notes") == []


def test_where_a_bus_admits_rules_only_the_event_is_put_on_its_own_bus_again(
    app: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = app.client("events")
    put = events.put_events

    def as_if_only_rules_were_admitted(*, Entries: list[dict[str, Any]]) -> Any:
        if Entries[0]["EventBusName"] == sample.SHELF_BUS:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "AccessDeniedException"}]}
        return put(Entries=Entries)

    monkeypatch.setattr(events, "put_events", as_if_only_rules_were_admitted)
    app.send("forward-undelivered", event(), app.rule_letter("forward", sample.SHELF_BUS))
    moved = redrive(app, "forward-undelivered")
    assert moved.moved == {"bus desk again, for all its rules": 1}
    assert eventually(lambda: app.bodies("novels"), "the event in novels")
    assert app.messages("forward-undelivered") == []


def test_an_event_on_its_second_hop_stays_with_what_to_do(app: Running) -> None:
    letter = app.rule_letter("forward", sample.SHELF_BUS, "THIRD_ACCOUNT_HOP_DETECTED")
    app.send("forward-undelivered", event(), letter)
    moved = redrive(app, "forward-undelivered")
    assert not moved.moved
    assert "EventBridge forwards an event once" in next(iter(moved.left))
    assert len(app.messages("forward-undelivered")) == 1


def test_the_records_of_a_stream_are_given_to_the_function_again(app: Running) -> None:
    record = failed_batch(app, "good")
    app.send("unpublished", record)
    assert redrive(app, "unpublished").moved == {"function publisher (1 records)": 1}
    assert app.messages("unpublished") == []


def test_records_that_the_function_fails_on_again_stay(app: Running) -> None:
    failed_batch(app, "poison")
    eventually(lambda: app.messages("unpublished"), "Lambda has given the record up")
    moved = redrive(app, "unpublished")
    assert "function publisher failed again" in next(iter(moved.left))
    assert len(app.messages("unpublished")) == 1


def test_an_event_that_a_publisher_s_bus_refused_is_put_on_that_bus(app: Running) -> None:
    item = {"pk": "e-1", "source": "desk", "detailType": "BookLent", "detail": '{"title": "Emma"}'}
    app.send("unpublished", item, {"error": "MalformedDetail: made up"})
    assert redrive(app, "unpublished").moved == {"bus desk": 1}
    [got] = eventually(lambda: app.bodies("notes"), "the event in notes")
    assert got["detail"] == {"title": "Emma"}


def test_a_message_that_is_no_event_stays_and_the_others_are_moved(app: Running) -> None:
    notes = sample.arn("sqs", sample.DESK, "notes")
    app.send("notes-undelivered", "no event", app.rule_letter("notes", notes))
    app.send("notes-undelivered", event(), app.rule_letter("notes", notes))
    moved = redrive(app, "notes-undelivered")
    assert (moved.moved.total(), moved.left.total()) == (1, 1)
    [stayed] = app.messages("notes-undelivered")
    assert stayed["Body"] == "no event"


def test_a_message_of_a_rule_that_has_no_such_dead_letter_place_stays(app: Running) -> None:
    app.send("notes-undelivered", event(), app.rule_letter("another", sample.SHELF_BUS))
    moved = redrive(app, "notes-undelivered")
    assert "it is from none of rule notes" in next(iter(moved.left))
    assert len(app.messages("notes-undelivered")) == 1


def test_a_message_whose_delivery_fails_halfway_is_not_lost(
    app: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(redriving, "deliver", crash)
    notes = sample.arn("sqs", sample.DESK, "notes")
    app.send("notes-undelivered", event(), app.rule_letter("notes", notes))
    with pytest.raises(KeyboardInterrupt):
        redrive(app, "notes-undelivered")
    assert len(app.messages("notes-undelivered")) == 1


def test_after_three_refusals_for_one_reason_the_others_are_not_tried(
    app: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> str:
        raise Refused("the queue is gone")

    monkeypatch.setattr(redriving, "deliver", refuse)
    notes = sample.arn("sqs", sample.DESK, "notes")
    for _ in range(5):
        app.send("notes-undelivered", event(), app.rule_letter("notes", notes))
    assert redrive(app, "notes-undelivered").left == {"the queue is gone": 3, "not tried": 2}
    assert len(app.messages("notes-undelivered")) == 5


@pytest.mark.parametrize("place", ["novels-dead", "notes-undelivered"])
def test_a_dry_run_says_where_messages_would_go_and_moves_none(app: Running, place: str) -> None:
    notes = sample.arn("sqs", sample.DESK, "notes")
    letter = app.rule_letter("notes", notes) if place == "notes-undelivered" else {}
    app.send(place, event(), letter)
    moved = redrive(app, place, dry_run=True)
    assert "would move 1 to queue no" in moved.line
    assert len(app.messages(place)) == 1
    assert app.messages("notes") + app.messages("novels") == []


def failed_batch(app: Running, title: str) -> dict[str, Any]:
    """Writes an item, and returns what Lambda tells when its stream record is given up."""
    tables, streams = app.client("dynamodb"), app.client("dynamodbstreams")
    tables.put_item(TableName=outbox_table(app), Item={"pk": {"S": title}})
    arn = tables.describe_table(TableName=outbox_table(app))["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    [number] = [
        record["dynamodb"]["SequenceNumber"]
        for record in records
        if record["dynamodb"]["Keys"]["pk"]["S"] == title and record["eventName"] != "REMOVE"
    ][-1:]
    return {
        "requestContext": {"condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": number,
            "endSequenceNumber": number,
            "streamArn": arn,
            "batchSize": 1,
        },
    }


def test_an_event_that_would_travel_on_from_the_other_bus_is_put_on_its_own_bus_again(
    app: Running,
) -> None:
    relayed = event(**{"detail-type": "BookRelayed"})
    app.send("onward-undelivered", relayed, app.rule_letter("onward", sample.RELAY_BUS))
    moved = redrive(app, "onward-undelivered")
    assert not moved.left
    assert moved.moved == {"bus desk again, for all its rules": 1}
