"""What a picture of the routes shows: the places, and the lines between them."""

from dataclasses import dataclass

from routes.journeys.graph import Routes
from routes.network.model import Hop, Place
from routes.shown.texts import dead_letter_text, short_filter_text

# Copies that nobody works on, and alarms, of which there is one a queue.
_QUIET = ("alarm", "archive", "log group")


@dataclass(frozen=True)
class Line:
    """One arrow. `dead_letter` is the place of what fails on it, empty where it has none."""

    source: Place
    target: Place
    label: str
    dead_letter: str
    dashed: bool = False


def lines(routes: Routes) -> list[Line]:
    """Returns every hop, and what code sends to places on the way.

    Archives, audit logs and redelivery are left out: they are no way of their own.
    """
    shown = [
        hop
        for hop in routes.hops
        if not {hop.source.kind, hop.target.kind} & {*_QUIET}
        and hop.source not in routes.waiting_places
    ]
    found = [_line(hop) for hop in shown]
    on_the_way = {place for hop in shown for place in (hop.source, hop.target)}
    for sender in routes.senders:
        if sender.target in on_the_way:
            found.append(Line(sender.source, sender.target, "", "", dashed=True))
    return _as_events_go(list(dict.fromkeys(found)))


def _line(hop: Hop) -> Line:
    letters = dead_letter_text(hop)
    return Line(
        hop.source, hop.target, short_filter_text(hop), "" if letters == "none" else letters
    )


def _as_events_go(found: list[Line]) -> list[Line]:
    """The lines as events take them, from where nothing leads to: the last of a cycle closes it."""
    fed = {line.target for line in found}
    starts = [line.source for line in found if line.source not in fed]
    ordered: dict[Line, None] = {}
    for start in [*starts, *(line.source for line in found)]:
        waiting = [start]
        while waiting:
            place = waiting.pop(0)
            onward = [line for line in found if line.source is place and line not in ordered]
            ordered |= dict.fromkeys(onward)
            waiting += [line.target for line in onward]
    return list(ordered)


def places_of(found: list[Line]) -> dict[str, list[Place]]:
    """Returns the places on the lines by account, in order of appearance."""
    by_account: dict[str, list[Place]] = {}
    for line in found:
        for place in (line.source, line.target):
            members = by_account.setdefault(place.account, [])
            if place not in members:
                members.append(place)
    return by_account


def account_label(account: str, places: list[Place]) -> str:
    """Returns an account's number with the domains or stacks that are in it."""
    stacks = dict.fromkeys(place.resource.stack for place in places if place.resource)
    names = dict.fromkeys(
        stack.declared.domain if stack.declared else stack.name for stack in stacks
    )
    return f"{', '.join(names) or 'outside'} · {account or 'unknown account'}"
