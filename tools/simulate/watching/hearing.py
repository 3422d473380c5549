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
                    self._rang(alarm, stay.since, until) for alarm in watching
                ):
                    yield Unheard(place, stay, self._how(watching, stay, until))

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

    def _rang(self, alarm: Alarm, since: float, until: float) -> bool:
        return any(self._rings(alarm, number) for number in _periods(alarm, since, until))

    def _rings(self, alarm: Alarm, number: int) -> bool:
        """Whether an alarm rings at the end of a period."""
        past = 0
        for each in range(max(1, number - alarm.periods + 1), number + 1):
            value = self._value(alarm, each)
            if value is None:
                past += alarm.silence_is_bad
            else:
                past += alarm.is_past(value, alarm.threshold)
        return past >= alarm.needed

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
