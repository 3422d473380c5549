"""Follows one process through all accounts: its events, log lines and dead letters, by time.

Events carry `metadata` in their detail, with `id`, `correlationId` and `causationId`; lines of
functions' logs are JSON with `correlation_id` and `event_id`. An id that is none of them, such as
an order's, is looked up first: the processes are those of the lines that it occurs in.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from operate.causes import Causes, Sighting
from operate.dead_letters import dead_letters
from operate.errors import OperateError
from operate.logs import Line, logs_of, search
from operate.messages import Box
from operate.reasons import reason
from operate.system import System

CORRELATION = ("correlationId", "correlation_id")
MOST_PROCESSES = 10
SHORTEST_ID = 4
PEEKED = 500
"""So many messages of each dead-letter place are looked through."""


@dataclass(frozen=True)
class Step:
    """One thing that happened. `took_s` is the time since what caused it, where that is known."""

    at: float
    account: str
    what: str
    where: str
    text: str
    took_s: float | None = None
    after: str = ""

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return vars(self)


def follow(system: System, id: str, since: float) -> list[Step]:
    """The steps of the processes that an id identifies, since a time, in order of time.

    Raises OperateError when nothing has the id, or too many processes have.
    """
    if len(id) < SHORTEST_ID:
        raise OperateError(f"the id {id!r} is too short: expected {SHORTEST_ID} characters or more")
    logs = logs_of(system)
    lines = search(system, logs, [id], since)
    processes = sorted({found for line in lines for found in _correlations(_parsed(line.text))})
    if id not in processes and processes:
        if len(processes) > MOST_PROCESSES:
            raise OperateError(
                f"{len(processes)} processes have {id!r}: name one of their correlation ids, "
                f"such as {', '.join(processes[:3])}"
            )
        lines = search(system, logs, [id, *processes], since)
    ids = {id} if id in processes else {id, *processes}
    letters = list(_dead_letters(system, ids))
    if not lines and not letters:
        raise OperateError(
            f"nothing since {datetime.fromtimestamp(since).astimezone():%Y-%m-%d %H:%M %Z} has "
            f"{id!r}: no event, no line of a log, no dead letter"
        )
    return sorted([*_timed(system, lines), *letters], key=lambda step: step.at)


def _timed(system: System, lines: list[Line]) -> Iterator[Step]:
    """The lines as steps, each with the time since what it follows from."""
    sightings = [_sighting(line) for line in lines]
    causes = Causes(system.routes, filter(None, sightings))
    for line, sighting in zip(lines, sightings, strict=True):
        cause = causes.of(sighting) if sighting else None
        at, said = _at(line), _parsed(line.text)
        event = sighting.event if sighting else None
        yield Step(
            at=at,
            account=line.log.account,
            what="event" if event else "log",
            where=line.log.owner.label,
            text=str(event["detail-type"]) if event else _said(said, line.text),
            took_s=max(0.0, at - cause.at) if cause else None,
            after=cause.label if cause else "",
        )


def _sighting(line: Line) -> Sighting | None:
    """The event that a line is, or names; None where it does neither."""
    said, at = _parsed(line.text), _at(line)
    if "detail-type" in said and "source" in said:
        metadata = _metadata(said)
        id = str(metadata.get("id") or said.get("id"))
        return Sighting(at, line.log.owner, id, said, metadata.get("causationId"))
    named = said.get("event_id")
    return Sighting(at, line.log.owner, named) if isinstance(named, str) else None


def _dead_letters(system: System, ids: set[str]) -> Iterator[Step]:
    for letters in dead_letters(system):
        if system.routes.hops_from(letters.place):
            continue  # what a function reads is never taken from it
        box = Box(system, letters.place)
        if not box.depths()["visible"]:
            continue
        for message in box.peek(PEEKED):
            if any(id in message.body for id in ids):
                yield Step(
                    at=message.sent,
                    account=system.account(letters.place),
                    what="dead letter",
                    where=letters.place.label,
                    text=reason(message),
                )


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _metadata(event: dict[str, Any]) -> dict[str, Any]:
    detail = event.get("detail")
    metadata = detail.get("metadata") if isinstance(detail, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def _correlations(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in CORRELATION and isinstance(value, str):
                yield value
            yield from _correlations(value)
    elif isinstance(node, list):
        for each in node:
            yield from _correlations(each)


def _at(line: Line) -> float:
    """When a line was written: by its own clock, which is nearer to it than the log's."""
    noted = _parsed(line.text).get("timestamp")
    try:
        found = datetime.fromisoformat(noted) if isinstance(noted, str) else None
    except ValueError:
        found = None
    return found.timestamp() if found and found.tzinfo else line.at


def _said(said: dict[str, Any], text: str) -> str:
    """A line of a log, without what every line of it has."""
    if "message" not in said:
        return text[:200]
    message = said["message"] if isinstance(said["message"], str) else json.dumps(said["message"])
    error = (
        f": {said['exception_name']}: {said.get('exception')}" if "exception_name" in said else ""
    )
    last = error.strip().splitlines()[-1] if error else ""
    return f"{said.get('level', '')} {message}{' … ' + last if last else ''}".strip()[:300]
