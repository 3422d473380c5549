"""Alarms over what a history recorded: they ring as CloudWatch's would, or are named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from routes.network.model import Place
from simulate.tests.things import alarm, write
from simulate.watching.hearing import Hearing
from simulate.watching.records import FOR_EVER, Records, Stay
from simulate.wiring import Wiring

AGE = "ApproximateAgeOfOldestMessage"
LIMIT_S = 1800.0


def unheard(wiring: Wiring, records: Records, counts_from: float = 0.0) -> list[str]:
    """How what waited in a queue for half an hour was not heard."""

    def places() -> Iterator[tuple[Place, list[str], float]]:
        for place in wiring.places("queue"):
            yield place, wiring.readers(place), counts_from

    hearing = Hearing(wiring.alarms, records)
    return [each.how for each in hearing.unheard(places(), lambda *_: LIMIT_S)]


def waited(wiring: Wiring, name: str, *stays: Stay) -> Records:
    records = Records()
    (queue,) = (place for place in wiring.places("queue") if place.name == name)
    for stay in stays:
        records.stayed(queue.arn, stay)
    return records


@pytest.fixture
def wiring(tmp_path: Path, more: list[dict[str, Any]]) -> Wiring:
    return Wiring(write(tmp_path, *more))


OLD = alarm("AWS/SQS", AGE, {"Threshold": 900}, QueueName="things")


@pytest.mark.parametrize("more", [[OLD]])
def test_the_age_of_a_message_rings_unless_it_was_received_three_times(wiring: Wiring) -> None:
    assert unheard(wiring, waited(wiring, "things", Stay(30, 4000, ""))) == []
    assert unheard(wiring, waited(wiring, "things", Stay(30, 1500, "", 60))) == []
    (how,) = unheard(wiring, waited(wiring, "things", Stay(30, 4000, "", 160)))
    assert how == "no alarm rings: More0 sees 90 at most, of 900"


@pytest.mark.parametrize("more", [[alarm("AWS/SQS", AGE, QueueName="dead")]])
def test_an_alarm_on_another_place_is_none(wiring: Wiring) -> None:
    records = waited(wiring, "things", Stay(0, FOR_EVER, ""))
    assert unheard(wiring, records) == ["no alarm watches it"]


@pytest.mark.parametrize("more", [[alarm("AWS/SQS", AGE, QueueName="dead")]])
def test_what_waited_before_waiting_counts_need_not_be_heard(wiring: Wiring) -> None:
    records = waited(wiring, "things", Stay(0, 3000, ""))
    assert len(unheard(wiring, records, counts_from=1100)) == 1
    assert unheard(wiring, records, counts_from=1300) == []


@pytest.mark.parametrize("more", [[OLD | {"Properties": OLD["Properties"] | {"AlarmActions": []}}]])
def test_an_alarm_that_tells_nobody_is_none(wiring: Wiring) -> None:
    records = waited(wiring, "things", Stay(0, FOR_EVER, ""))
    assert unheard(wiring, records) == ["no alarm watches it"]


ERRORS = {"Statistic": "Sum", "EvaluationPeriods": 10, "DatapointsToAlarm": 3}


@pytest.mark.parametrize("more", [[alarm("AWS/Lambda", "Errors", ERRORS, FunctionName="keep")]])
def test_an_alarm_rings_when_enough_of_its_periods_are_past_the_threshold(wiring: Wiring) -> None:
    records = waited(wiring, "things", Stay(0, FOR_EVER, ""))
    (keep,) = (each.arn for each in wiring.functions.values() if each.arn.endswith("keep"))
    for at in (100, 110, 400):
        records.count(keep, "Errors", at)
    assert len(unheard(wiring, records)) == 1
    records.count(keep, "Errors", 640)
    assert unheard(wiring, records) == []


OWN = alarm("Own", "Waiting", {"Threshold": 5, "TreatMissingData": "breaching"}, table="things")
PRINTED = (
    '{"_aws": {"CloudWatchMetrics": [{"Namespace": "Own", "Dimensions": [["table"]], '
    '"Metrics": [{"Name": "Waiting"}]}]}, "table": "things", "Waiting": %d}'
)


@pytest.mark.parametrize("more", [[OWN]])
def test_a_metric_that_a_function_prints_is_of_it_and_so_is_its_silence(wiring: Wiring) -> None:
    (keep,) = (each.arn for each in wiring.functions.values() if each.arn.endswith("keep"))
    for value, heard in ((9, True), (1, False)):
        records = waited(wiring, "things", Stay(60, FOR_EVER, ""))
        records.printed.clear()
        for at in range(30, 3000, 60):
            records.said(keep, at, PRINTED % value)
        assert (unheard(wiring, records) == []) is heard
    for values in records.printed.values():
        del values[5:]
    assert unheard(wiring, records) == []
    records.same_again(keep, 250.0)
    assert len(unheard(wiring, records)) == 1


OFTEN = alarm("AWS/Lambda", "Errors", ERRORS | {"EvaluationPeriods": 3}, FunctionName="keep")


@pytest.mark.parametrize("more", [[OFTEN, OLD]])
def test_what_rang_is_known_with_when_it_did_first(wiring: Wiring) -> None:
    (keep,) = (each.arn for each in wiring.functions.values() if each.arn.endswith("keep"))
    records = waited(wiring, "things", Stay(30, 800, ""))
    for at in (100, 130, 160, 250, 310):
        records.count(keep, "Errors", at)
    assert list(Hearing(wiring.alarms, records).rang(1000)) == []
    records.count(keep, "Errors", 370)
    (rang,) = Hearing(wiring.alarms, records).rang(1000)
    assert (rang.alarm, rang.of, rang.at) == ("More0", keep, 420)
    assert list(Hearing(wiring.alarms, records).rang(419)) == []


def of_rule(**named: Any) -> dict[str, Any]:
    return alarm("AWS/Events", "InvocationsSentToDlq", **named)


def rule(name: str, **properties: Any) -> dict[str, Any]:
    queue = {"Id": "1", "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}}
    pattern = {"source": ["x"]}
    given = {"Name": name, "EventPattern": pattern, "Targets": [queue], **properties}
    return {"Type": "AWS::Events::Rule", "Properties": given}


GIVEN_UP = [
    {"Type": "AWS::Events::EventBus", "Properties": {"Name": "bus"}},
    rule("here", EventBusName={"Ref": "More0"}),
    rule("other", EventBusName={"Ref": "More0"}),
    rule("of-default"),
    of_rule(EventBusName={"Ref": "More0"}, RuleName="here"),
    of_rule(EventBusName={"Ref": "More0"}, RuleName="of-default"),
    of_rule(RuleName="of-default"),
    {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "topic"}},
    {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "Protocol": "sqs",
            "TopicArn": {"Ref": "More7"},
            "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
        },
    },
    alarm("AWS/SNS", "NumberOfNotificationsRedrivenToDlq", TopicName="topic"),
]


@pytest.mark.parametrize("more", [GIVEN_UP])
def test_what_a_rule_or_topic_gives_up_is_counted_for_it_alone(wiring: Wiring) -> None:
    rang = {}
    for hop in (*wiring.of("rule"), *wiring.of("subscription")):
        records = Records()
        records.given_up(hop, 100)
        hearing = Hearing(wiring.alarms, records)
        rang[hop.resource.name] = [each.alarm for each in hearing.rang(1000)]
    assert list(rang.values()) == [["More4"], [], ["More6"], ["More9"]]


STRANGE = [
    alarm("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName="things"),
    alarm("AWS/DynamoDB", "SystemErrors", TableName="things"),
]


@pytest.mark.parametrize("more", [STRANGE])
def test_alarms_on_metrics_that_are_not_computed_are_named(wiring: Wiring) -> None:
    assert dict(wiring.alarms.left_out) == {
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ["More0"],
        ("AWS/DynamoDB", "SystemErrors"): ["More1"],
    }
