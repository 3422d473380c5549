"""What was counted becomes what it costs."""

import json
from pathlib import Path
from typing import Any

import pytest

from cost import fixed, prices, report
from cost.bill import Quantity, bill, difference, quantities


def line(what: str, where: str = "", **sums: float) -> dict[str, Any]:
    return {"what": what, "account": "1", "where": where, "times": 10, **sums}


def amounts(*lines: dict[str, Any]) -> dict[str, float]:
    found = quantities(lines, 10, lambda account, where: f"{account} {where}", lambda _: 512)
    summed: dict[str, float] = {}
    for each in found:
        summed[each.unit] = summed.get(each.unit, 0) + each.amount
    return summed


def test_a_message_costs_a_send_a_receive_a_delete_and_an_invocation() -> None:
    found = amounts(
        line("sns:Deliver sqs", "parcels"),
        line("lambda:Invoke aws:sqs", "pack", seconds=5, records=10, fifo=0),
    )

    assert found["sqs-request"] == 3
    assert found["lambda-request"] == 1
    assert found["lambda-gb-second"] == pytest.approx(0.25)


def test_requests_of_fifo_queues_have_their_own_price() -> None:
    found = amounts(
        line("sqs:SendMessage", "parcels.fifo"),
        line("lambda:Invoke aws:sqs", "pack", seconds=5, records=10, fifo=10),
    )

    assert found["sqs-fifo-request"] == 3
    assert "sqs-request" not in found


def test_only_deliveries_to_another_account_are_billed_as_such() -> None:
    assert amounts(line("events:Deliver events", "bus", abroad=10, bytes=1)) == {"event-abroad": 1}
    assert amounts(line("events:Deliver events", "bus", abroad=0, bytes=1)) == {}


def test_a_record_is_billed_by_steps_of_its_size() -> None:
    assert amounts(line("events:Deliver kinesis", "s", abroad=0, bytes=10 * 26_000)) == {
        "kinesis-put-unit": 2
    }
    assert amounts(line("events:Deliver firehose", "f", abroad=0, bytes=10 * 1_000)) == {
        "firehose-gb": pytest.approx(5 * 1024 / 10**9)
    }


def test_a_stream_costs_by_its_shards_and_more_if_it_keeps_for_longer_than_a_day(
    tmp_path: Path,
) -> None:
    properties = {"ShardCount": 2, "RetentionPeriodHours": 168}
    resources = {"One": {"Type": "AWS::Kinesis::Stream", "Properties": properties}}
    (tmp_path / "App.template.json").write_text(json.dumps({"Resources": resources}))
    assert {(each.unit, each.amount) for each in fixed.monthly(tmp_path)} == {
        ("kinesis-shard-hour", 1460),
        ("kinesis-kept-shard-hour", 1460),
    }


def test_what_came_before_is_not_counted() -> None:
    before = [line("events:PutEvents", entries=3), line("s3:PUT")]
    after = [{**line("events:PutEvents", entries=7), "times": 12}, line("s3:PUT")]

    assert difference(before, after) == [
        {"what": "events:PutEvents", "account": "1", "where": "", "times": 2, "entries": 4}
    ]


def test_a_bill_is_for_a_million_requests() -> None:
    (found,) = bill([Quantity("bus", "event", 2)], prices.read())

    assert found.service == "EventBridge"
    assert found.usd == pytest.approx(2.0)
    assert not found.verified


def test_a_unit_without_a_price_is_an_error() -> None:
    with pytest.raises(prices.PriceError, match="unit 'moon' has no price"):
        bill([Quantity("bus", "moon", 1)], prices.read())


def test_a_price_that_lacks_its_source_is_named(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(
        'collected = 2026-01-01\nregion = "r"\n[unit.x]\nservice = "S"\nprice = 1\nper = 1\n'
        "verified = true\n"
    )

    with pytest.raises(prices.PriceError, match=r"unit\.x: expected .*source"):
        prices.read(file)


def test_alarms_are_fixed_by_their_metrics(tmp_path: Path) -> None:
    stat = {"Id": "a", "MetricStat": {}}
    resources = {
        "One": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "x"}},
        "Two": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {"Metrics": [stat, stat, {"Id": "b", "Expression": "a / a"}]},
        },
    }
    (tmp_path / "App.template.json").write_text(json.dumps({"Resources": resources}))

    assert fixed.monthly(tmp_path) == [Quantity("alarm-month", "alarm-month", 3)]


def test_a_report_takes_the_place_of_the_one_before() -> None:
    document = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"

    found = report.rewritten(document, "new\n")

    assert found == f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n"


def test_a_document_without_a_place_for_the_report_is_refused() -> None:
    with pytest.raises(report.ReportError, match="expected one"):
        report.rewritten("nothing", "new")


def test_the_indexes_of_tables_are_named_for_the_workload_to_price(tmp_path: Path) -> None:
    table = {"GlobalSecondaryIndexes": [{"IndexName": "by-age"}, {"IndexName": "by-kind"}]}
    resources = {
        "One": {"Type": "AWS::DynamoDB::Table", "Properties": table},
        "Two": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
    }
    (tmp_path / "App.template.json").write_text(json.dumps({"Resources": resources}))
    assert fixed.indexes(tmp_path) == ["by-age", "by-kind"]
