"""Replays an archive: a bus's events of a time window come again, to all rules or to some.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from operate.dead_letters import keys, rule_name
from operate.errors import OperateError
from operate.names import find
from operate.polling import poll
from operate.system import System
from routes.network.model import Hop, Place

POLL_S = 1.0
UNDER_WAY = ("STARTING", "RUNNING")
ARCHIVED_WITHIN = timedelta(minutes=10)
"""EventBridge may take so long until an event is in the archive."""

Report = Callable[[str], None]


@dataclass(frozen=True)
class Window:
    """The events from `start` to `end` are replayed, by the time in their envelope."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%dT%H:%M:%SZ} to {self.end:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class Replay:
    """A replay that can be started: everything was looked at that EventBridge would refuse."""

    system: System
    bus: Place
    archive: str
    window: Window
    rules: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def label(self) -> str:
        """What is replayed to whom."""
        names = [arn.rsplit("/", 1)[-1] for arn in self.rules]
        to = f"to {', '.join(names)}" if names else "to all rules"
        return f"{self.window} from archive {self.archive} {to} of {self.bus.label}"


def prepared(system: System, bus: str, window: Window, rules: Sequence[str]) -> Replay:
    """A replay of a bus's archive; raises OperateError, with what is wrong, before it is started.

    Rules are called by the name of the rule.
    """
    place = _bus(system, bus)
    hops = [hop for hop in system.routes.hops_from(place) if hop.kind == "rule"]
    known: dict[str, list[str]] = defaultdict(list)
    for hop in hops:
        for key in (rule_name(hop), hop.resource.address):
            known[key].append(_rule_arn(system, hop))
    arns = tuple(find(f"rule of the bus {bus}", rule, known) for rule in rules)
    archive = _archive(system, place)
    described = system.client("events", place).describe_archive(ArchiveName=archive)
    return Replay(system, place, archive, window, arns, tuple(_looked_at(window, described)))


def run(replay: Replay, report: Report) -> None:
    """Starts a replay and waits for its end; raises OperateError when that is not completion."""
    events = replay.system.client("events", replay.bus)
    bus = replay.system.arn(replay.bus)
    # Two replays of one bus may begin within a second; a name has 64 characters at most.
    name = f"operate-{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{replay.bus.name}"[:64]
    arn = bus.rsplit(":", 1)[0] + f":archive/{replay.archive}"
    destination: dict[str, Any] = {"Arn": bus}
    if replay.rules:
        destination["FilterArns"] = list(replay.rules)
    try:
        events.start_replay(
            ReplayName=name,
            EventSourceArn=arn,
            EventStartTime=replay.window.start,
            EventEndTime=replay.window.end,
            Destination=destination,
        )
    except ClientError as error:
        raise OperateError(f"the replay is refused: {error}") from error
    report(f"{name}: cancel it with `aws events cancel-replay --replay-name {name}`")
    last = None

    def looked_at() -> dict[str, Any]:
        nonlocal last
        found: dict[str, Any] = events.describe_replay(ReplayName=name)
        if found["State"] in UNDER_WAY and found.get("EventLastReplayedTime") != last:
            last = found["EventLastReplayedTime"]
            report(f"{name}: replayed up to {last:%Y-%m-%dT%H:%M:%SZ}")
        return found

    found = poll(looked_at, lambda found: found["State"] not in UNDER_WAY, every_s=POLL_S)
    if found["State"] != "COMPLETED":
        raise OperateError(
            f"{name}: {found['State']}: {found.get('StateReason', 'no reason given')}"
        )


def _looked_at(window: Window, archive: dict[str, Any]) -> list[str]:
    """What is worth knowing of the window; raises OperateError when it cannot be replayed."""
    now = datetime.now(UTC)
    name = archive["ArchiveName"]
    if archive["State"] != "ENABLED":
        raise OperateError(f"the archive {name} is {archive['State']}: expected ENABLED")
    if window.start >= window.end:
        raise OperateError(f"FROM {window.start} is not before TO {window.end}")
    if window.end > now + timedelta(seconds=1):
        raise OperateError(f"TO {window.end} is in the future: expected now or earlier")
    days = archive.get("RetentionDays") or 0
    kept_since = now - timedelta(days=days) if days else None
    if kept_since and window.end < kept_since:
        raise OperateError(
            f"TO {window.end} is before {kept_since:%Y-%m-%d}: the archive {name} keeps {days} days"
        )
    if window.end < archive["CreationTime"]:
        raise OperateError(f"TO {window.end} is before the archive {name} was made")
    told = []
    if kept_since and window.start < kept_since:
        told.append(f"what is older than {days} days is no longer in the archive {name}")
    if window.start < archive["CreationTime"]:
        told.append(
            f"the archive {name} has nothing before {archive['CreationTime']:%Y-%m-%d %H:%M}"
        )
    if window.end > now - ARCHIVED_WITHIN:
        told.append("events of the last ten minutes may not be in the archive yet")
    return told


def _bus(system: System, name: str) -> Place:
    known: dict[str, list[Place]] = defaultdict(list)
    for bus in system.routes.buses:
        for key in keys(bus):
            known[key].append(bus)
    return find("bus", name, known)


def _archive(system: System, bus: Place) -> str:
    archives = [
        system.name(hop.target)
        for hop in system.routes.hops_from(bus)
        if hop.kind == "archive" and hop.target.resource
    ]
    if len(archives) != 1:
        raise OperateError(
            f"{bus.label} has {len(archives)} archives in the assembly, expected one"
            + (f": {', '.join(archives)}" if archives else "")
        )
    return archives[0]


def _rule_arn(system: System, hop: Hop) -> str:
    bus = system.arn(hop.source)
    rule = system.physical(hop.resource).rsplit("|", 1)[-1]
    name = bus.rpartition(":event-bus/")[2]
    return bus.rsplit(":", 1)[0] + f":rule/{'' if name == 'default' else name + '/'}{rule}"
