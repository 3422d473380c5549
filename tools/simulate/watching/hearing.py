"""Whether an alarm rang for what waited, found out when a history is over.

Alarms are not looked at minute by minute: only those of a place where something waited for longer
than it may, and only for that time.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from routes.network.model import Place
from simulate.watching.alarms import Alarm, Alarms
from simulate.watching.records import Records, Stay

Within = Callable[[Place, bool], float]
"""For how many seconds something may wait at a place, that functions read or not, before an alarm
has to ring.
"""


class Unheard(NamedTuple):
    """What waited at a place while no alarm rang, and what is to be said of that."""

    place: Place
    stay: Stay
    how: str


class Rang(NamedTuple):
    """An alarm that rang, of a place by ARN, and when it did first."""

    alarm: str
    of: str
    at: float


class Hearing:
    """The alarms over the records of one history."""

    def __init__(self, alarms: Alarms, records: Records) -> None:
        self._alarms, self._records = alarms, records
        self._values: dict[tuple[int, int], float | None] = {}

    def unheard(
        self, places: Iterator[tuple[Place, list[str], float]], within: Within
    ) -> Iterator[Unheard]:
        """What waited for too long at places, each with the functions that read it and since when
        waiting there counts, with no alarm that rang for it.
        """
        for place, readers, counts_from in places:
            stays = self._records.stays.get(place.arn)
            if not stays:
                continue
            limit = within(place, bool(readers))
            watching = [alarm for arn in (place.arn, *readers) for alarm in self._alarms.of[arn]]
            for whole in stays:
                stay = whole._replace(since=max(whole.since, counts_from))
                until = stay.since + limit
                if stay.until > until and not any(
                    self._rang_at(alarm, stay.since, until) is not None for alarm in watching
                ):
                    yield Unheard(place, stay, self._how(watching, stay, until))

    def rang(self, until: float) -> Iterator[Rang]:
        """The alarms that rang before a time, each once."""
        for alarm in (alarm for alarms in self._alarms.of.values() for alarm in alarms):
            at = self._rang_at(alarm, 0.0, until - alarm.period)
            if at is not None:
                yield Rang(alarm.name, alarm.of, at)

    def _how(self, watching: list[Alarm], stay: Stay, until: float) -> str:
        if not watching:
            return "no alarm watches it"
        quiet = []
        for alarm in watching:
            values = [self._value(alarm, n) for n in _periods(alarm, stay.since, until)]
            highest = max((value for value in values if value is not None), default=None)
            seen = "has no data" if highest is None else f"sees {highest:g} at most"
            quiet.append(f"{alarm.name} {seen}, of {alarm.threshold:g}")
        return "no alarm rings: " + ", ".join(quiet)

    def _rang_at(self, alarm: Alarm, since: float, until: float) -> float | None:
        """The end of the first period after which an alarm rang; None if it did not."""
        ends = _periods(alarm, since, until)
        first = max(1, ends.start - alarm.periods + 1)
        past = [self._is_past(alarm, number) for number in range(first, ends.stop)]
        return next(
            (
                end * alarm.period
                for end in ends
                if sum(past[max(0, end + 1 - alarm.periods - first) : end + 1 - first])
                >= alarm.needed
            ),
            None,
        )

    def _is_past(self, alarm: Alarm, number: int) -> bool:
        value = self._value(alarm, number)
        return alarm.silence_is_bad if value is None else alarm.is_past(value, alarm.threshold)

    def _value(self, alarm: Alarm, number: int) -> float | None:
        """The statistic of a period, counted from 1; None without data."""
        known = (id(alarm), number)
        if known not in self._values:
            end = number * alarm.period
            samples = alarm.samples(self._records, alarm.of, end - alarm.period, end)
            self._values[known] = alarm.statistic(samples) if samples else None
        return self._values[known]


def _periods(alarm: Alarm, since: float, until: float) -> range:
    """The periods whose end is in a time, and the first after it."""
    return range(math.ceil(since / alarm.period), math.ceil(until / alarm.period) + 1)
