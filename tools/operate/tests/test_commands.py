"""The commands as a person or a script gives them."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from operate import cli
from operate.__main__ import app as commands
from operate.dead_letters import dead_letters, named
from operate.errors import OperateError
from operate.messages import Box
from operate.names import find
from operate.replay import replay_name
from operate.tests import sample
from operate.tests.conftest import Running, event, eventually

LETTERS = 20
"""Moved at the pace of the test, they take ten seconds."""


@dataclass
class Answer:
    status: int
    out: str
    error: BaseException | None


def operate(app: Running, *arguments: str, stdin: str = "") -> Answer:
    where = ["--assembly", str(app.assembly), "--endpoint-url", app.endpoint]
    result = CliRunner().invoke(commands, [*where, *arguments], input=stdin)
    return Answer(result.exit_code, result.stdout, result.exception)


def letter(app: Running) -> dict[str, str]:
    return app.rule_letter("notes", sample.arn("sqs", sample.DESK, "notes"))


def test_list_says_what_waits_and_why(app: Running) -> None:
    app.send("notes-undelivered", event(), letter(app))
    app.send("novels-dead", '"torn"', {"error": "no page 7", "errorType": "Torn"})
    app.send("notes", event())
    answer = operate(app, "list")
    assert answer.status == 0
    assert "NO_PERMISSIONS: made up" in answer.out
    assert "Torn: no page 7" in answer.out
    assert answer.out.splitlines()[-1] == (
        "2 dead letters in 2 places, 1 messages in 1 queues, 0 consumers off, 0 events unpublished"
    )


def test_list_takes_nothing_away(app: Running) -> None:
    app.send("notes-undelivered", event(), letter(app))
    operate(app, "list")
    assert len(app.messages("notes-undelivered")) == 1


def test_what_a_function_redelivers_needs_no_hand_and_takes_none(app: Running) -> None:
    operate(app, "pause", "late-undelivered")
    app.send("late-undelivered", event(), app.rule_letter("late", "late"))
    [place] = json.loads(operate(app, "list", "--json").out)["queues"]
    assert (place["name"], place["holdsDeadLetters"]) == ("late-undelivered", False)
    assert place["redeliveredBy"] == "function redeliver"
    assert "function redeliver delivers it" in operate(app, "list").out
    for command in ("redrive", "show"):
        answer = operate(app, command, "late-undelivered")
        assert isinstance(answer.error, OperateError)
        assert "is not for a hand: function redeliver delivers" in str(answer.error)
    assert operate(app, "redrive", "--all").out == "moved nothing\n"
    assert len(app.messages("late-undelivered")) == 1


def test_list_counts_messages_with_one_reason_together_whatever_ids_it_names(app: Running) -> None:
    for number in (1, 2):
        id = f"00000000-0000-0000-0000-00000000000{number}"
        app.send("novels-dead", '"torn"', {"error": f"no book {id}"})
    found = json.loads(operate(app, "list", "--json").out)
    [place] = [each for each in found["queues"] if each["name"] == "novels-dead"]
    assert place["reasons"] == [{"reason": "no book …", "messages": 2}]
    assert place["deadLettersOf"] == ["consumer of queue novels"]


@pytest.mark.parametrize(("waits", "status"), [(False, 0), (True, 1)])
def test_list_tells_a_script_by_its_status_whether_something_needs_a_hand(
    app: Running, waits: bool, status: int
) -> None:
    if waits:
        app.send("novels-dead", '"torn"')
    assert operate(app, "list", "--exit-code").status == status


def test_redrive_of_all_places_says_what_moved_from_each_and_in_all(app: Running) -> None:
    app.send("notes-undelivered", event(), letter(app))
    app.send("novels-dead", '"one"')
    answer = operate(app, "redrive", "--all")
    assert answer.status == 0
    assert answer.out.splitlines() == [
        "notes-undelivered: moved 1 to queue notes",
        "novels-dead: moved 1 to queue novels",
        "moved 2",
    ]


def test_redrive_of_nothing_says_so(app: Running) -> None:
    assert operate(app, "redrive", "novels-dead").out == "moved nothing\n"


def test_redrive_has_status_1_when_something_stayed(app: Running) -> None:
    app.send("notes-undelivered", "no event", letter(app))
    answer = operate(app, "redrive", "notes-undelivered", "--json")
    assert answer.status == 1
    [place] = json.loads(answer.out)
    assert place["left"] == {"it is not an event: expected a JSON object": 1}


def test_an_unknown_place_names_the_nearest(app: Running) -> None:
    answer = operate(app, "redrive", "novel-dead")
    assert isinstance(answer.error, OperateError)
    said = "there is no dead-letter place 'novel-dead'; the nearest of 14 are novels-dead, "
    assert str(answer.error).startswith(said)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["redrive", "nosuch"], "dead-letter place"),
        (["show", "nosuch"], "dead-letter place"),
        (["repair", "nosuch", "1", "-"], "dead-letter place"),
        (["discard", "nosuch", "--keep", "kept"], "dead-letter place"),
        (["republish", "nosuch"], "outbox"),
        (["replay", "nosuch", "1h", "now"], "bus"),
        (["replay", "desk", "1h", "now", "nosuch"], "rule of the bus desk"),
        (["pause", "nosuch"], "consumer"),
        (["resume", "nosuch"], "consumer"),
    ],
)
def test_a_name_that_nothing_has_is_answered_with_those_that_there_are(
    app: Running, arguments: list[str], what: str
) -> None:
    told = str(operate(app, *arguments).error)
    assert told.startswith(f"there is no {what} 'nosuch'; ")
    assert re.search(r"; (there (is|are)|the nearest of \d+ are) \w", told)


def test_a_place_that_resembles_none_is_answered_with_three_and_how_to_list_all(
    app: Running,
) -> None:
    told = str(operate(app, "show", "qqq").error)
    assert told.endswith("; all: python -m operate show")
    assert told.count(", ") == 2


def test_a_thing_of_several_names_is_named_once(app: Running) -> None:
    near = str(operate(app, "show", "unrouted-").error).split(" are ")[1]
    assert near.lower().count("unrouted") == 1


def test_show_without_a_place_names_each_and_who_empties_it(app: Running) -> None:
    listed = [" ".join(line.split()) for line in operate(app, "show").out.splitlines()]
    assert f"novels-dead {sample.SHELF} consumer of queue novels a person" in listed
    rule = "rule late: bus desk to queue late"
    assert f"late-undelivered {sample.DESK} {rule} function redeliver" in listed
    assert len(listed) == 1 + len(dead_letters(app.system))


@pytest.mark.parametrize("arguments", [["redrive"], ["redrive", "novels-dead", "--all"]])
def test_redrive_wants_a_place_or_all(app: Running, arguments: list[str]) -> None:
    assert "expected the name of a dead-letter place, or --all" in str(
        operate(app, *arguments).error
    )


def test_a_wrong_message_is_shown_repaired_and_sent_on(app: Running) -> None:
    app.send("novels-dead", '{"pages": "two"}', {"error": "pages: 'two'"})
    [shown] = json.loads(operate(app, "show", "novels-dead").out)
    assert (shown["reason"], shown["body"]) == ("pages: 'two'", {"pages": "two"})
    answer = operate(app, "repair", "novels-dead", shown["id"], "-", stdin='{"pages": 2}')
    assert answer.out == "novels-dead: moved 1 to queue novels\n"
    assert app.bodies("novels") == [{"pages": 2}]
    assert app.messages("novels-dead") == []


def test_repairing_a_message_that_is_not_there_changes_nothing(app: Running) -> None:
    app.send("novels-dead", '"one"')
    answer = operate(app, "repair", "novels-dead", "another", "-", stdin="{}")
    assert "novels-dead has no message 'another'" in str(answer.error)
    assert app.bodies("novels-dead") == ["one"]


def test_what_is_discarded_is_kept_in_a_file(app: Running, tmp_path: Path) -> None:
    keep = tmp_path / "kept.jsonl"
    app.send("novels-dead", '"torn"', {"error": "no page 7"})
    app.send("novels-dead", '"lost"', {"error": "not there"})
    answer = operate(app, "discard", "novels-dead", "--keep", str(keep), "--only", "no page")
    assert answer.out.splitlines()[-1] == f"novels-dead: moved 1 to {keep}; 1 stayed"
    [kept] = [json.loads(line) for line in keep.read_text().splitlines()]
    assert (kept["reason"], kept["body"]) == ("no page 7", '"torn"')
    assert app.bodies("novels-dead") == ["lost"]


def test_a_paused_consumer_is_listed_and_reads_what_waited_when_it_is_resumed(
    app: Running,
) -> None:
    assert operate(app, "pause", "lent").out == "function reader reads queue lent: paused\n"
    app.send("lent", '"one"')
    assert "function reader reads queue lent" in operate(app, "list").out
    assert len(app.messages("lent")) == 1
    assert operate(app, "resume", "reader").out.endswith("resumed\n")
    eventually(lambda: not app.messages("lent"), "lent is read")


def test_pausing_what_is_paused_says_so(app: Running) -> None:
    operate(app, "pause", "lent")
    assert operate(app, "pause", "lent").out.endswith("is disabled already\n")


def test_a_dry_run_of_pause_changes_nothing(app: Running) -> None:
    assert operate(app, "pause", "lent", "--dry-run").out.endswith("would pause\n")
    assert "0 consumers off" in operate(app, "list").out


def test_a_replay_brings_events_of_the_window_again(app: Running) -> None:
    entry = {"Source": "desk", "DetailType": "BookLent", "Detail": "{}", "EventBusName": "desk"}
    app.client("events").put_events(Entries=[entry])
    eventually(lambda: app.messages("notes"), "the event in notes")
    app.client("sqs").purge_queue(QueueUrl=app.url("notes"))
    answer = operate(app, "replay", "desk", "10m", "now", "notes")
    assert answer.status == 0, answer.error
    assert answer.out.startswith("replayed ")
    [again] = eventually(lambda: app.bodies("notes"), "the event in notes again")
    assert again["detail-type"] == "BookLent"


def test_a_replay_of_a_partners_bus_has_a_name_that_eventbridge_takes() -> None:
    events = boto3.client("events", region_name="eu-west-1")
    name = events.meta.service_model.shape_for("ReplayName").metadata
    made = replay_name(f"aws.partner/example.com/{'x' * 64}", datetime.now(UTC))
    assert re.fullmatch(name["pattern"], made)
    assert len(made) == name["max"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["desk", "now", "1h"], "is not before TO"),
        (["desk", "2h", "2026-11-23"], "in which zone"),
        (["desk", "yesterday", "now"], "FROM 'yesterday': expected such as"),
        (["desk", "1h", "2999-01-01T00:00:00Z"], "is in the future"),
        (["desk", "20d", "19d"], "keeps 7 days"),
        (["desk", "2d", "1d"], "before the archive"),
        (["desc", "1h", "now"], "there is no bus 'desc'; there are desk, "),
        (["shelf", "1h", "now"], "bus shelf has 0 archives"),
        (
            ["desk", "1h", "now", "noted"],
            "no rule of the bus desk 'noted'; the nearest of 5 are notes",
        ),
    ],
)
def test_a_replay_that_cannot_be_is_refused_before_it_is_started(
    app: Running, arguments: list[str], message: str
) -> None:
    answer = operate(app, "replay", *arguments)
    assert message in str(answer.error)


def test_follow_finds_events_logs_and_dead_letters_by_any_id_in_them(app: Running) -> None:
    sent = event("Persuasion")
    entry = {
        "Source": "desk",
        "DetailType": "BookLent",
        "Detail": json.dumps(sent["detail"]),
        "EventBusName": "desk",
    }
    app.client("events").put_events(Entries=[entry])
    app.send("novels-dead", sent, {"error": "no page 7"})
    line = {"message": "read", "correlation_id": "c-Persuasion", "event_id": "e-Persuasion"}
    app.send("lent", line)
    eventually(
        lambda: {"event", "dead letter", "log"} <= {s["what"] for s in steps(app, "Persuasion")},
        "an event, a dead letter and a line of a log",
    )
    found = steps(app, "e-Persuasion")
    assert {step["account"] for step in found} == {sample.DESK, sample.SHELF}
    times = [str(step["at"]) for step in found]
    assert times == sorted(times)
    assert next(s["text"] for s in found if s["what"] == "dead letter") == "no page 7"
    assert next(s["where"] for s in found if s["what"] == "event") == "bus desk"


def steps(app: Running, id: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(operate(app, "follow", id, "--json").out)
    return found


def test_following_what_nothing_has_says_so(app: Running) -> None:
    assert "has 'nothing-at-all': no event" in str(operate(app, "follow", "nothing-at-all").error)


def test_a_command_tells_an_error_in_one_line_with_status_2(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "operate", "--assembly", str(tmp_path), "--aws", "list"],
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "200"},
        check=False,
    )
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"error: {tmp_path}/manifest.json is missing")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [[], ["--only", "Torn"]])
def test_who_interrupts_a_redrive_stops_it(
    app: Running, number: signal.Signals, options: list[str]
) -> None:
    for page in range(LETTERS):
        app.send("novels-dead", f'"{page}"', {"error": "no page 7", "errorType": "Torn"})
    where = ["--assembly", str(app.assembly), "--endpoint-url", app.endpoint]
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "operate",
            *where,
            "redrive",
            "novels-dead",
            "--rate",
            "2",
            *options,
        ],
        stderr=subprocess.PIPE,
        text=True,
    ) as redriving:
        eventually(lambda: app.messages("novels"), "something is moved")
        redriving.send_signal(number)
        _, said = redriving.communicate(timeout=30)
    assert redriving.returncode == cli.INTERRUPTED
    assert said.endswith("interrupted; what was not yet accepted is where it was\n")
    box = Box(app.system, named(app.system, "novels-dead").place)
    if not options:
        eventually(lambda: tasks(app, box)[0]["Status"] == "CANCELLED", "SQS stops")
    assert box.depths()["visible"] > LETTERS // 2
    assert box.depths()["in flight"] == 0


def tasks(app: Running, box: Box) -> list[dict[str, Any]]:
    answer = box.client.list_message_move_tasks(SourceArn=app.system.arn(box.place))
    found: list[dict[str, Any]] = answer["Results"]
    return found


def test_a_repair_with_what_is_no_json_changes_nothing(app: Running) -> None:
    app.send("novels-dead", '{"pages": "two"}')
    [shown] = json.loads(operate(app, "show", "novels-dead").out)
    answer = operate(app, "repair", "novels-dead", shown["id"], "-", stdin='{"pages": ')
    assert f"the body is no JSON, as that of {shown['id']} is" in str(answer.error)
    assert isinstance(answer.error, OperateError)
    assert app.bodies("novels-dead") == [{"pages": "two"}]
    assert app.messages("novels") == []


def test_what_is_no_json_itself_is_repaired_with_any_text(app: Running) -> None:
    app.send("novels-dead", "torn")
    [shown] = json.loads(operate(app, "show", "novels-dead").out)
    answer = operate(app, "repair", "novels-dead", shown["id"], "-", stdin="whole")
    assert answer.out == "novels-dead: moved 1 to queue novels\n"


def test_nothing_is_discarded_into_a_file_that_cannot_be_written(
    app: Running, tmp_path: Path
) -> None:
    app.send("novels-dead", '"torn"')
    keep = tmp_path / "gone" / "kept.jsonl"
    answer = operate(app, "discard", "novels-dead", "--keep", str(keep))
    assert str(answer.error).startswith(f"--keep {keep}: No such file or directory")
    assert isinstance(answer.error, OperateError)
    assert app.bodies("novels-dead") == ["torn"]


def test_of_things_of_one_name_each_is_named_so_that_it_is_found() -> None:
    known = {"sweep": [1, 2], "a/sweep": [1], "a/sweep/queue": [1], "b/sweep": [2], "b": [2]}
    with pytest.raises(OperateError, match=r"2 consumers are called 'sweep'.*: a/sweep, b/sweep$"):
        find("consumer", "sweep", known)


def test_list_says_which_reader_of_a_stream_is_behind(app: Running) -> None:
    def last_read(age_s: int) -> list[Any]:
        age = {"MetricName": "IteratorAge", "Value": age_s * 1000, "Unit": "Milliseconds"}
        about = [{"Name": "FunctionName", "Value": "publisher"}]
        app.client("cloudwatch").put_metric_data(
            Namespace="AWS/Lambda", MetricData=[age | {"Dimensions": about}]
        )
        found: list[Any] = json.loads(operate(app, "list", "--json").out)["readersBehind"]
        return found

    assert last_read(age_s=2) == []
    [reader] = last_read(age_s=600)
    assert (reader["account"], reader["ageSeconds"]) == (sample.DESK, 600)
    said = operate(app, "list").out
    assert "reader behind" in said
    assert said.endswith(", 1 readers of streams behind\n")
