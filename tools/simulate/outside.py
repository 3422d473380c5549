"""What people and partners do to an app: requests, events, and waiting, in virtual time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from simulate.chance import Chance
from simulate.errors import NotSimulated
from simulate.functions.running import Result
from simulate.moving.parcels import Parcel

if TYPE_CHECKING:
    from simulate.world import World

ANSWERED_WITHIN_S = 30.0


@dataclass(frozen=True)
class Answer:
    """An answer of an API. `status` is None where none came."""

    status: int | None
    body: str = ""


class Outside:
    """Starts what happens outside. `only` are the names of what may start, None for all."""

    def __init__(self, world: "World", only: frozenset[str] | None) -> None:
        self._world = world
        self._only = only
        self.started: list[str] = []
        self.memory: Any = None
        """What the business remembers of what it was told."""

    @property
    def chance(self) -> Chance:
        """The source of choice."""
        return self._world.chance

    @property
    def now(self) -> float:
        """Virtual seconds since the beginning."""
        return self._world.loop.now

    def start(self, name: str, at: float, what: Callable[[], None]) -> None:
        """Has something be done at a time, which may wait and ask."""
        if self._only is not None and name not in self._only:
            return
        self.started.append(name)
        self._world.loop.at(at, lambda: self._world.loop.start(what, name))

    def sleep(self, seconds: float) -> None:
        """Waits."""
        self._world.loop.sleep(seconds)

    def tell(self, what: str, about: str) -> None:
        """Tells what is done."""
        self._world.tell("outside", what, about)

    def request(
        self,
        key: str,
        method: str,
        path: str,
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Asks an HTTP API, and waits for the answer. `key` makes the request known apart."""
        world = self._world
        found = [
            (route, match)
            for route in world.wiring.api
            if route.method in (method, "ANY") and (match := route.path.match(path))
        ]
        if not found:
            raise NotSimulated(f"{method} {path}: there is no such route")
        (route, match), *_ = found
        about = f"{path} {body or ''}"
        if world.strikes("request lost", f"{method} {path}", about, key):
            self.sleep(ANSWERED_WITHIN_S)
            return Answer(None)
        function = world.wiring.functions[route.hop.target.arn]
        event = {
            "version": "2.0",
            "rawPath": path,
            "headers": {"content-type": "application/json", **(headers or {})},
            "pathParameters": match.groupdict(),
            "requestContext": {"requestId": world.chance.short("request", key)},
            "isBase64Encoded": False,
            **({} if body is None else {"body": body}),
        }
        world.tell("outside", f"{method} {path}", about)
        world.deliveries += 1
        if world.wiring.delivers(route.hop, None):
            return Answer(500)
        if world.troubles.is_throttled(function.arn):
            return Answer(503)
        asking = getcurrent()
        results: list[Result] = []

        def done(result: Result) -> None:
            results.append(result)
            world.loop.after(0.01, asking.switch)

        world.loop.after(0.01, lambda: world.functions.invoke(function, event, key, about, done))
        world.loop.pause()
        if results[0].error:
            answer = Answer(500)
        else:
            answer = Answer(int(results[0].answer["statusCode"]), results[0].answer["body"])
        if world.strikes("response lost", f"{method} {path}", about, key):
            return Answer(None)
        world.tell("outside", f"gets {answer.status} {answer.body[:80]}", about)
        return answer

    def put_event(self, key: str, detail_type: str, detail: str) -> None:
        """Puts an event on the bus where the assembly says that it receives such."""
        world = self._world
        bus, source = world.wiring.receives()[detail_type]
        place = world.wiring.routes.bus_named(bus)
        short = world.chance.short("outside", key)
        event = world.buses.event(short, source, detail_type, detail, place.account, place.region)
        world.tell("outside", f"puts {detail_type} on {place.label}", detail)
        world.buses.put(place, Parcel(short, "", event=event))
