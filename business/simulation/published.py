"""What is published: each thing once, consistent, and each event wherever events are kept."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from business.simulation.contents import Event, consistent
from simulate.business import Broken
from simulate.world import World

About = tuple[str, str, Any]
"""Of an event: the detail-type, what it is about, its revision."""


def published(world: World, excused: Collection[str]) -> Iterator[Broken]:
    """What was announced twice, by however many copies of one event, and what is not kept.

    `excused` is of what something may be missing.
    """
    texts = {
        "archive": {parcel.text for each in world.buses.archives.values() for _, parcel in each},
        "audit log": {line for group in world.logs.values() for line in group},
        "lake": {line for lines in world.shelves.lines.values() for line in lines},
    }
    whole = {
        text: msgspec.json.decode(text)
        for text in sorted(set().union(*texts.values()))
        if _ABOUT in text
    }
    yield from consistent(whole.values())
    read = {text: _about(event) for text, event in whole.items()}
    kept = {
        place: {read[text][0] for text in there & read.keys()} for place, there in texts.items()
    }
    events: dict[str, About] = {}
    for id, about in read.values():
        first = events.setdefault(id, about)
        if first != about:
            yield Broken("duplicated", about[1], f"{id} is both {first[0]} and {about[0]}")
    for id, about in events.items():
        for place, there in kept.items():
            if id not in there and about[1] not in excused:
                yield Broken("lost", about[1], f"{about[0]} of {about[1]} is in no {place}")
    ids: dict[About, set[str]] = defaultdict(set)
    for id, about in events.items():
        ids[about].add(id)
    for (detail_type, subject, _), same in ids.items():
        if len(same) > 1 and detail_type != "TicketUpdated":
            how = f"{detail_type} of {subject} was announced as {len(same)} events"
            yield Broken("duplicated", subject, how)


_ABOUT = '"metadata"'
"""What the text of each event has."""


def _about(event: Event) -> tuple[str, About]:
    metadata, data = event["detail"]["metadata"], event["detail"]["data"]
    return metadata["id"], (event["detail-type"], metadata["subject"], data.get("revision"))
