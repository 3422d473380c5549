"""What `explain` says for every golden event is what the local run really delivers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import running
from local.system import System, wait_until
from routes.journeys.examples import Example, examples_for, starts
from routes.journeys.graph import Routes
from routes.journeys.walk import walk
from stacks.topology import DOMAINS
from tests.flow import given

WITHIN_S = 60.0
KEPT = ("queue", "log group")

Deliveries = set[tuple[str, str]]
"""Pairs of an event's identity and the name of a place that keeps it."""


@pytest.fixture(scope="module")
def quiet(assembly: Path) -> Iterator[System]:
    """The system with every consumer off, so that what arrives in a queue stays there."""
    with running.temporary_system(assembly) as system:
        for domain in DOMAINS:
            system.switch_consumers(domain, on=False)
        yield system


def identity(event: dict[str, Any]) -> str:
    detail = event["detail"]
    return f"{event['detail-type']} {detail.get('metadata', detail)}"


def explained(routes: Routes, example: Example) -> Deliveries:
    """The queues and audit logs that the example reaches, as its journey says."""
    return {
        (identity(example.event), trail[-1].hop.target.name)
        for bus in starts(routes, example)
        for trail in walk(routes, example.event, bus).every_step()
        if trail[-1].arrived and trail[-1].hop.target.kind in KEPT
    }


def put(system: System, routes: Routes, example: Example) -> None:
    """Puts the example on the buses that it starts on."""
    for bus in starts(routes, example):
        entry = {
            "EventBusName": bus.name,
            "Source": example.event["source"],
            "DetailType": example.event["detail-type"],
            "Detail": json.dumps(example.event["detail"]),
        }
        answer = given.events_of(system, bus).put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0, answer


def in_queues(system: System) -> Iterator[tuple[str, str]]:
    """Takes what is in every queue, dead-letter queues included."""
    for domain in DOMAINS:
        sqs = system.client("sqs", domain)
        for name, url in system.queues(domain).items():
            taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=900)
            for message in taken.get("Messages", []):
                yield identity(json.loads(message["Body"])), name


def in_audit_logs(system: System) -> Iterator[tuple[str, str]]:
    """Reads what is in the audit log of every bus."""
    for domain in DOMAINS:
        name = f"/aws/events/{domain}"
        pages = system.client("logs", domain).get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=name):
            for entry in page["events"]:
                yield identity(json.loads(entry["message"])), name


def test_every_golden_event_goes_where_explain_says(assembly: Path, quiet: System) -> None:
    routes = Routes.of(assembly)
    examples = examples_for(routes, None)
    expected: Deliveries = set()
    for example in examples:
        expected |= explained(routes, example)
        put(quiet, routes, example)
    delivered: Deliveries = set()

    def arrived() -> bool:
        delivered.update(in_queues(quiet), in_audit_logs(quiet))
        return delivered >= expected

    wait_until(arrived, WITHIN_S, f"{len(expected)} deliveries of {len(examples)} events")
    assert delivered == expected
