"""What a service puts on a bus by itself: the rules behind are matched with it too."""

from typing import Any

import pytest

from routes.tests import sample
from routes.tests.conftest import Check
from routes.tests.sample import allow, arn, resource, role, rule


def ticking(**pattern: Any) -> sample.Templates:
    """The shop with a schedule that puts a Tick on billing's bus, and a rule there."""
    templates = sample.shop()
    there = templates["Billing"]["Resources"]
    on_tick = rule(arn("Safe"), "Letters")
    on_tick["Properties"]["EventPattern"] = pattern
    there |= {
        "ClockRole": role(
            "scheduler",
            allow("events:PutEvents", arn("Bus")),
            allow("sqs:SendMessage", arn("Letters")),
        ),
        "Clock": resource(
            "Scheduler::Schedule",
            FlexibleTimeWindow={"Mode": "OFF"},
            ScheduleExpression="rate(1 hour)",
            Target={
                "Arn": arn("Bus"),
                "RoleArn": arn("ClockRole"),
                "DeadLetterConfig": {"Arn": arn("Letters")},
                "EventBridgeParameters": {"Source": "clock", "DetailType": "Tick"},
                "Input": '{"kind": "nightly"}',
            },
        ),
        "OnTick": on_tick,
    }
    policy = there["LettersPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    policy.append(allow("sqs:SendMessage", arn("Letters"), **sample.by("events", arn("OnTick"))))
    key = there["Key"]["Properties"]["KeyPolicy"]["Statement"]
    by_rule = sample.by("events", arn("OnTick"))
    key.append(allow(["kms:GenerateDataKey", "kms:Decrypt"], "*", **by_rule))
    safe = there["SafePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    safe.append(allow("sqs:SendMessage", arn("Safe"), **by_rule))
    return templates


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["clock"]},
        {"source": ["clock"], "detail-type": ["Tick"], "detail": {"kind": ["nightly"]}},
        {"source": ["clock"], "account": [sample.BILLING], "region": [sample.REGION]},
    ],
)
def test_a_rule_for_what_a_schedule_puts_is_no_finding(check: Check, pattern: Any) -> None:
    assert check(ticking(**pattern)) == []


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["clok"]},
        {"source": ["clock"], "detail-type": ["Tock"]},
        {"source": ["clock"], "detail": {"kind": ["weekly"]}},
        {"source": ["clock"], "account": ["987654321098"]},
    ],
)
def test_a_rule_that_misses_what_a_schedule_puts_is_named(check: Check, pattern: Any) -> None:
    found = {(each.code.id, each.logical_id) for each in check(ticking(**pattern))}
    assert {("R105", "Clock"), ("R104", "OnTick")} <= found
