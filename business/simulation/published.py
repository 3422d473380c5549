"""What is published: each thing once, and each event wherever events are kept."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from simulate.business import Broken
from simulate.world import World

Events = dict[str, tuple[str, str, Any]]
"""Events by their id: the detail-type, what each is about, its revision."""


def published(world: World, excused: Collection[str]) -> Iterator[Broken]:
    """What was announced twice, by however many copies of one event, and what is not kept.

    `excused` is of what something may be missing.
    """
    kept = {
        "archive": _events(
            parcel.text for each in world.buses.archives.values() for _, parcel in each
        ),
        "audit log": _events(line for group in world.logs.values() for line in group),
        "lake": _events(line for lines in world.shelves.lines.values() for line in lines),
    }
    events = {id: about for place in kept.values() for id, about in place.items()}
    for id, about in events.items():
        for place, there in kept.items():
            if id not in there and about[1] not in excused:
                yield Broken("lost", about[1], f"{about[0]} of {about[1]} is in no {place}")
            elif there.get(id, about) != about:
                how = f"{id} is both {about[0]} and {there[id][0]}"
                yield Broken("duplicated", about[1], how)
    ids: dict[tuple[str, str, Any], set[str]] = defaultdict(set)
    for id, about in events.items():
        ids[about].add(id)
    for (detail_type, subject, _), same in ids.items():
        if len(same) > 1 and detail_type != "TicketUpdated":
            how = f"{detail_type} of {subject} was announced as {len(same)} events"
            yield Broken("duplicated", subject, how)


def _events(texts: Iterable[str]) -> Events:
    found: Events = {}
    for text in texts:
        if "metadata" in text:
            event = json.loads(text)
            metadata, data = event["detail"]["metadata"], event["detail"]["data"]
            found[metadata["id"]] = (
                event["detail-type"],
                metadata["subject"],
                data.get("revision"),
            )
    return found
