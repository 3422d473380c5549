"""How the proofs of `routes` grow: time and memory for up to 1,000 rules and 1,000 events."""

import gc
import json
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import Any

from bench.report import Measurement, Progress, Row, Value, at_most
from routes.checks import run
from routes.checks.base import Context
from routes.journeys.examples import read_examples
from routes.journeys.graph import Routes

SIZES = (125, 250, 500, 1000)
LINEAR = 1.5
_ACCOUNT, _REGION = "100000000001", "eu-west-1"
_RULES_PER_BUS = 100


def measure(progress: Progress) -> Measurement:
    """A row per size: loading and checking as many rules with as many events."""
    rows: list[Row] = []
    for size in SIZES:
        progress(f"routes: {size} rules, {size} events")
        rows.append(_row(size, rows[0] if rows else None))
    return Measurement(
        "Routes: load an assembly and check it",
        "As many events as rules, each rule on one of a bus's 100 with a queue of its own; best "
        "of 3. Growth: time per rule over that of the smallest size, 1 is linear.",
        rows,
    )


def _row(size: int, first: Row | None) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        assembly, events = _written(Path(folder), size)
        seconds = min(_timed(assembly, events) for _ in range(3))
        gc.collect()
        tracemalloc.start()
        found = _checked(assembly, events)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
    reached = sum(bool(journey.consumers()) for _, journey in found.journeys)
    if reached != size:
        raise RuntimeError(f"{reached} of {size} events reach their queue")
    per_rule = {"ms per rule": 1000 * seconds / size, "KB per rule": 1024 * peak / size}
    growth = max(
        value / float(first.values[name]) if first else 1.0 for name, value in per_rule.items()
    )
    values: dict[str, Value] = {"s": seconds, "peak MB": peak, **per_rule, "growth": growth}
    return Row(f"{size} rules, {size} events", values, **at_most(LINEAR, growth, "times"))


def _timed(assembly: Path, events: Path) -> float:
    gc.collect()
    started = time.perf_counter()
    _checked(assembly, events)
    return time.perf_counter() - started


def _checked(assembly: Path, events: Path) -> Context:
    context = Context(Routes.of(assembly), list(read_examples(events)))
    run(context)
    return context


def _written(folder: Path, size: int) -> tuple[Path, Path]:
    """An assembly in which each rule brings one detail-type to a queue of its own."""
    resources: dict[str, Any] = {}
    for number in range(size):
        if number % _RULES_PER_BUS == 0:
            bus = f"bus{number // _RULES_PER_BUS}"
            resources[bus] = {"Type": "AWS::Events::EventBus", "Properties": {"Name": bus}}
        resources |= _rule(number, bus)
    events = folder / "events"
    events.mkdir()
    for number in range(size):
        event = {
            "source": "bench",
            "detail-type": f"Event{number}",
            "detail": {"location": "eu-west", "lines": [{"sku": "a"}, {"sku": "b"}]},
        }
        (events / f"{number}.json").write_text(json.dumps(event))
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{_ACCOUNT}/{_REGION}",
        "properties": {"templateFile": "Bench.template.json"},
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"Bench": stack}}))
    (folder / "Bench.template.json").write_text(json.dumps({"Resources": resources}))
    return folder, events


def _rule(number: int, bus: str) -> dict[str, Any]:
    queue, rule = f"Queue{number}", f"Rule{number}"
    arn = {"Fn::GetAtt": [queue, "Arn"]}
    pattern = {
        "source": ["bench"],
        "detail-type": [f"Event{number}"],
        "detail": {"location": [{"prefix": "eu-"}]},
    }
    allowed = {
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Principal": {"Service": "events.amazonaws.com"},
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule, "Arn"]}}},
    }
    return {
        queue: {"Type": "AWS::SQS::Queue", "Properties": {}},
        f"{queue}Policy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": queue}], "PolicyDocument": {"Statement": [allowed]}},
        },
        rule: {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventBusName": bus,
                "EventPattern": pattern,
                "Targets": [{"Id": "T", "Arn": arn}],
            },
        },
    }
