"""A replay reaches the rules that it names, and every rule where it names none."""

import json

import pytest

from local.tests.buses import THING_HAPPENED, bus_arn, create_queue
from local.tests.conftest import ALPHA, Aws, eventually, messages

RULES = ("first", "second")


class Bus:
    """A bus with an archive, and two rules, each with a queue for what the other gets too."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        aws("events").create_event_bus(Name="alpha")
        created = aws("events").create_archive(
            ArchiveName="kept", EventSourceArn=bus_arn("alpha", ALPHA)
        )
        self.archive = created["ArchiveArn"]
        self.arns, self.queues = {}, {}
        for name in RULES:
            self.queues[name], target = create_queue(aws, name)
            rule = aws("events").put_rule(
                Name=name,
                EventBusName="alpha",
                EventPattern=json.dumps({"source": [THING_HAPPENED["Source"]]}),
            )
            self.arns[name] = rule["RuleArn"]
            aws("events").put_targets(
                Rule=name, EventBusName="alpha", Targets=[{"Id": "queue", "Arn": target}]
            )
        aws("events").put_events(Entries=[{**THING_HAPPENED, "EventBusName": "alpha"}])

    def replay(self, *rules: str) -> None:
        named = {"FilterArns": [self.arns[rule] for rule in rules]} if rules else {}
        self.aws("events").start_replay(
            ReplayName="again",
            EventSourceArn=self.archive,
            EventStartTime=0,
            EventEndTime=4_000_000_000,
            Destination={"Arn": bus_arn("alpha", ALPHA), **named},
        )
        eventually(
            lambda: self.aws("events").describe_replay(ReplayName="again")["State"] == "COMPLETED"
        )

    def received(self) -> dict[str, int]:
        return {name: len(messages(self.aws("sqs"), self.queues[name])) for name in RULES}


@pytest.mark.parametrize(
    ("named", "expected"),
    [((), {"first": 2, "second": 2}), (("second",), {"first": 1, "second": 2})],
    ids=["every rule", "one rule"],
)
def test_a_replay_reaches_the_rules_that_it_names(
    aws: Aws, named: tuple[str, ...], expected: dict[str, int]
) -> None:
    bus = Bus(aws)
    bus.replay(*named)
    assert bus.received() == expected
