"""All accounts of an app at one moment of virtual time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from boto3.dynamodb.types import TypeDeserializer

from routes.network.model import Hop, Place
from simulate.chance import Chance
from simulate.faults import KINDS, Faults
from simulate.functions.calls import Calls
from simulate.functions.database import seconds_of
from simulate.functions.running import Handlers, Lambda
from simulate.loop import BEGIN, Loop
from simulate.moving.buses import Buses
from simulate.moving.killers import Killers
from simulate.moving.parcels import Parcel
from simulate.moving.polling import Poller
from simulate.moving.post import Post
from simulate.moving.schedules import Schedules
from simulate.moving.shelves import Shelves
from simulate.moving.topics import Topics
from simulate.moving.troubles import Troubles
from simulate.state.queues import Queue
from simulate.state.tables import Change, Table
from simulate.story import Story, all_named, named, written
from simulate.watching.waiting import Waiting
from simulate.wiring import Wiring, setting

if TYPE_CHECKING:
    from simulate.business import Business

_deserialize = TypeDeserializer().deserialize


class Done(NamedTuple):
    """A message that a function is done with: since when, and since when it had it."""

    at: float
    had_since: float
    queue: str
    body: str


EXPIRES_WITHIN_S = 2 * 86_400.0
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html"""


class World:
    """What there is, what carries it, and how it is told."""

    def __init__(
        self,
        wiring: Wiring,
        handlers: Handlers,
        business: "Business",
        chance: Chance,
        faults: Faults,
        story: Story,
        active: float,
        previous: Handlers | None = None,
    ) -> None:
        self.wiring, self.chance, self.faults, self.story = wiring, chance, faults, story
        self.business = business
        self.loop = Loop()
        self.deliveries = 0
        self.broken: list[tuple[str, str, str]] = []
        """Promises broken at a step: which, of what, how."""
        self.done: list[Done] = []
        """The messages that functions said they were done with, in this order."""
        self.waiting = Waiting(self)
        self.killers = Killers(self)
        self.troubles = Troubles(self, active)
        self.tables = {place.arn: self._table(place) for place in wiring.places("table")}
        self.queues = {place.arn: self._queue(place) for place in wiring.places("queue")}
        for place in wiring.places("queue"):
            self._dead_letters_of(place)
        self.buckets: dict[str, dict[str, bytes]] = {
            place.arn: {} for place in wiring.places("bucket")
        }
        self.written: dict[tuple[str, str], float] = {}
        """When each object was first written, by the ARN of its bucket, and its key."""
        self.logs: dict[str, list[str]] = {
            hop.target.arn.removesuffix(":*"): []
            for hop in wiring.hops
            if hop.target.kind == "log group"
        }
        self.post = Post(self)
        self.topics = Topics(self)
        self.shelves = Shelves(self)
        self.buses = Buses(self)
        self.calls = Calls(self)
        self.functions = Lambda(self, handlers, previous)
        self._watch_state()
        for mapping in wiring.of("event source mapping"):
            queue = self.queues.get(mapping.source.arn)
            if queue:
                poller = Poller(self, mapping)
                queue.changed = lambda _queue, when, poller=poller: poller.wake(when)  # type: ignore[misc]
        self.schedules = Schedules(self)
        self.troubles.begin()
        if previous:
            self.troubles.deploy()

    def _table(self, place: Place) -> Table:
        assert place.resource is not None
        resource = place.resource
        stream = resource.get("StreamSpecification") or {}
        expires = resource.get("TimeToLiveSpecification") or {}
        return Table(
            place.arn,
            tuple(each["AttributeName"] for each in resource.get("KeySchema")),
            stream.get("StreamViewType"),
            expires.get("AttributeName") if expires.get("Enabled") else None,
            {
                index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
                for index in resource.get("GlobalSecondaryIndexes") or []
            },
        )

    def _queue(self, place: Place) -> Queue:
        assert place.resource is not None
        given = place.resource.properties
        return Queue(
            place.arn,
            place.is_fifo,
            float(given.get("VisibilityTimeout", 30)),
            float(given.get("DelaySeconds", 0)),
            float(given.get("MessageRetentionPeriod", 4 * 86_400)),
            str(given.get("ContentBasedDeduplication")).lower() == "true",
            by_group=given.get("DeduplicationScope") == "messageGroup",
            dead=lambda queue, message: self.tell(
                f"queue {queue.name}", "gives up: received too often", message.body
            ),
            left=self.waiting.left,
        )

    def _dead_letters_of(self, place: Place) -> None:
        assert place.resource is not None
        policy = setting(place.resource.get("RedrivePolicy"))
        if policy:
            queue = self.queues[place.arn]
            queue.most_receives = int(policy["maxReceiveCount"])
            queue.dead_letters = self.queues.get(policy["deadLetterTargetArn"])

    def _watch_state(self) -> None:
        """Each change of an item is shown to the business; what expires is deleted in its time."""
        for place in self.wiring.places("table"):
            table = self.tables[place.arn]
            domain = self.wiring.domain_of(place.resource)
            before = table.changed

            def changed(
                it: Table, change: Change, before: Any = before, domain: str = domain
            ) -> None:
                before(it, change)
                self.waiting.changed(it, change)
                self.schedules.changed(it)
                self._stepped(domain, it, change)

            table.changed = changed

    def _stepped(self, domain: str, table: Table, change: Change) -> None:
        if self.story.kept:
            about, is_way = str(change.new or change.old), change.new is None
            where, what = f"table of {domain}", written(change)
            self.story.tell(self.loop.now, where, what, about, is_way=is_way)
        if change.new is None:
            return
        told = self.business.went_back(domain, change.old, change.new)
        if told:
            subject, text = told
            self.broken.append(("no state goes back", subject, text))
        at = seconds_of(change.new, table.expires) if table.expires else None
        if at is not None:
            self._expire(table, change.key, at - BEGIN.timestamp())

    def _expire(self, table: Table, key: Any, at: float) -> None:
        late = EXPIRES_WITHIN_S * self.chance.number("expires", table.arn, key)
        if self.strikes("expired", table.arn.rpartition("/")[2], str(key), key):
            late = 0.0

        def delete() -> None:
            item = table.get(key)
            due = seconds_of(item, str(table.expires)) if item else None
            if due is not None and due <= self.loop.time.timestamp():
                table.delete({"Key": key})

        self.loop.at(at + late, delete, aside=True)

    def tell(self, where: str, what: str, about: str = "") -> None:
        """Tells what happens, where a story is told."""
        self.story.tell(self.loop.now, where, what, about)

    def carried(self, where: str, by: str, text: str) -> None:
        """Tells that a message came from one place to the next."""
        if self.story.kept:
            what = f"gets {named(text)} by {by}"
            self.story.tell(self.loop.now, where, what, text, is_way=True)

    def taken(self, bus: Place, parcel: Parcel, rules: Sequence[Hop]) -> None:
        """Tells that a bus took an event, and which of its rules want it."""
        if self.story.kept:
            wanted = ", ".join(rule.resource.name for rule in rules)
            what = f"takes {named(parcel.text)}, for {wanted or 'no rule'}"
            is_way = bool(parcel.bus_hops and rules)
            self.story.tell(self.loop.now, bus.label, what, parcel.text, is_way=is_way)

    def handed(self, where: str, of: str, texts: list[str], more: str = "") -> None:
        """Tells that a function gets messages."""
        if self.story.kept:
            what = f"gets {all_named(texts)} of {of}{more}"
            self.story.tell(self.loop.now, where, what, "\n".join(texts))

    def struck(self, kind: str, where: str, what: str, about: str) -> None:
        """Tells of a fault."""
        text = f"FAULT {kind}: {KINDS[kind].told} {what}".rstrip()
        page = KINDS[kind].page
        self.story.tell(self.loop.now, where, text, about, is_fault=True, page=page)

    def strikes(self, kind: str, where: str, about: str, *key: object) -> bool:
        """Whether a fault strikes, and tells of it."""
        if not self.faults.strikes(kind, *key):
            return False
        self.struck(kind, where, "", about)
        return True

    def strikes_one(self, kinds: Sequence[str], where: str, about: str, *key: object) -> str | None:
        """The fault that strikes, of several kinds of which one may; and tells of it."""
        kind = self.faults.one_of(kinds, *key)
        if kind:
            self.struck(kind, where, "", about)
        return kind

    def finished(self, at: float, since: float, queue: str, body: str) -> None:
        """Notes that a function is done with a message."""
        self.done.append(Done(at, since, queue, body))

    def redrive(self, dead: Queue, to: Queue) -> None:
        """Moves what is dead back to where it came from."""
        for message in dead.empty(self.loop.now):
            message.visible = message.sent = message.arrived = self.loop.now
            message.receives, message.receipt, message.tried = 0, "", None
            # A redriven message is new to a FIFO queue.
            message.deduplication = message.deduplication and f"{message.id} again"
            to.put(message, self.loop.now)

    @property
    def domains(self) -> list[str]:
        """The domains that have tables."""
        tables = self.wiring.places("table")
        return list(dict.fromkeys(self.wiring.domain_of(place.resource) for place in tables))

    def items(self, domain: str) -> list[dict[str, Any]]:
        """The items of all tables of a domain, as plain values."""
        return [
            {name: _deserialize(value) for name, value in item.items()}
            for place in self.wiring.places("table")
            if self.wiring.domain_of(place.resource) == domain
            for item in self.tables[place.arn].scan()
        ]
