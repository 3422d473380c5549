"""What only the business knows: a module of the app, as `--business` names it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, cast

from bench import plugins
from simulate.functions.clients import Client
from simulate.functions.running import Handler

if TYPE_CHECKING:
    from simulate.history import Ended
    from simulate.mutations import Mutation
    from simulate.outside import Outside


@dataclass(frozen=True)
class Broken:
    """A promise that was broken. `kind` is one of the business's `KINDS`; `subject` is what
    a story has to speak of to be about it.
    """

    kind: str
    subject: str
    how: str


class Business(Protocol):
    """A module that acts from outside, and knows what must come of it."""

    COUNTED: str
    """What `begin` starts, in the plural."""

    KINDS: Sequence[str]
    """Kinds of what may be wrong at the end, as the last line counts them."""

    ACTIVE_S: float
    """For how long something is begun, and faults strike."""

    MUTATIONS: "Sequence[Mutation]"
    """Mistakes, each of which the simulation has to find."""

    def handler(
        self, module: ModuleType, environment: dict[str, str], client: Callable[[str], Client]
    ) -> Handler:
        """The handler of a function's module, with the function's environment and clients."""

    def begin(self, outside: "Outside") -> int:
        """Starts what people and partners do; returns how many of `COUNTED`."""

    def went_back(
        self, domain: str, old: dict[str, Any] | None, new: dict[str, Any]
    ) -> tuple[str, str] | None:
        """What went back at a change of an item, in DynamoDB's notation: its subject, and how."""

    def broken(self, ended: "Ended") -> Iterator[Broken]:
        """The promises that were broken, at the end of a history."""


NEEDED = (
    "COUNTED", "KINDS", "ACTIVE_S", "MUTATIONS", "handler", "begin", "went_back", "broken",
)  # fmt: skip


def load(name: str) -> Business:
    """The business in a module of the current folder or of what is installed.

    ValueError, naming the module and what it lacks, if it is none.
    """
    return cast(Business, plugins.load(name, NEEDED, what="business"))
