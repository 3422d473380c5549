"""Events in and out: what is decoded, upcast, refused, and made anew."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.language.catalog import CATALOG, CURRENT, EventType
from contracts.language.types import Contract
from eventing import events
from eventing.events import UnreadableEvent, decode, detail_json, new_event
from tests.unit import golden
from tests.unit.golden import some_event


class First(Contract, frozen=True):
    a: int


class Second(Contract, frozen=True):
    b: int


class Third(Contract, frozen=True):
    c: int


CHAIN = (
    EventType("any", "any-service", "Happened", "1.0", First, lambda old: Second(old.a + 1)),
    EventType("any", "any-service", "Happened", "2.0", Second, lambda old: Third(old.b * 10)),
    EventType("any", "any-service", "Happened", "3.0", Third),
)


@pytest.mark.parametrize(
    ("version", "data", "read"),
    [("1.0", {"a": 1}, 20), ("2.0", {"b": 1}, 10), ("3.0", {"c": 1}, 1)],
)
def test_an_event_of_any_version_is_upcast_version_by_version(
    monkeypatch: pytest.MonkeyPatch, version: str, data: dict[str, int], read: int
) -> None:
    by_major = {(one.source, one.detail_type, one.version[0]): one for one in CHAIN}
    monkeypatch.setattr(events, "READABLE", by_major)
    monkeypatch.setattr(events, "VERSIONS", {one.data: one for one in CHAIN})
    wire: dict[str, Any] = json.loads(some_event(version=version))
    wire |= {"source": "any-service", "detail-type": "Happened"}
    wire["detail"]["data"] = data
    assert decode(json.dumps(wire)).data == Third(read)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", "truncated"),
        ("order", "malformed"),
        ("[]", "Expected `object`, got `array`"),
        ('{"source": "order-service"}', "missing required field `detail-type`"),
        ('{"source": 1, "detail-type": "a", "detail": {}}', r"\$\.source"),
        ("[" * 100_000, "Expected `object`"),
        ('{"resources": ' + "[" * 100_000, "recursion depth"),
    ],
)
def test_what_is_no_event_is_refused_with_what_was_expected(body: str, expected: str) -> None:
    with pytest.raises(UnreadableEvent, match=expected):
        decode(body)


@pytest.mark.parametrize("id", ["", "a b", "a\n", "é", "x" * 129])
def test_an_id_that_a_queue_would_refuse_is_refused(id: str) -> None:
    with pytest.raises(UnreadableEvent, match=r"\$\.detail\.metadata\.id"):
        decode(some_event(id=id))


def test_a_new_event_is_of_the_current_version_and_says_what_led_to_it() -> None:
    at = datetime(2026, 11, 23, 10, tzinfo=UTC)
    for example in golden.examples():
        data = decode(json.dumps(example)).data
        made = new_event(data, subject="s", correlation_id="c", causation_id="d", at=at)
        kind = CURRENT[type(data)]
        assert (made.source, made.detail_type) == (kind.source, kind.detail_type)
        assert json.loads(detail_json(made))["metadata"] == {
            "id": made.metadata.id,
            "version": kind.version,
            "occurredAt": "2026-11-23T10:00:00Z",
            "correlationId": "c",
            "causationId": "d",
            "subject": "s",
        }


def test_new_events_have_ids_of_their_own() -> None:
    first = decode(some_event())
    metadata = first.metadata
    made = [
        new_event(
            first.data,
            subject=metadata.subject,
            correlation_id=metadata.correlation_id,
            causation_id=metadata.id,
            at=metadata.occurred_at,
        )
        for _ in range(2)
    ]
    assert len({metadata.id, *(event.metadata.id for event in made)}) == 3


def test_an_old_version_is_not_published() -> None:
    for kind in CATALOG:
        assert (kind.data in CURRENT) == kind.is_current
