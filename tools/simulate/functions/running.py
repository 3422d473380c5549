"""Invokes functions: a process in virtual time for each, an instance for each at one time."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from simulate.functions.clients import Client, no_others
from simulate.functions.code import Code, Patches
from simulate.functions.invocation import DIED, Crash, Invocation
from simulate.wiring import Function, Wiring

if TYPE_CHECKING:
    from simulate.business import Business
    from simulate.world import World

Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Context:
    """The context that Lambda passes, as far as a handler reads it."""

    invocation: Invocation
    memory_limit_in_mb: int = 512

    @property
    def function_name(self) -> str:
        """The function's name."""
        return self.invocation.function.name

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN."""
        return self.invocation.function.arn

    @property
    def aws_request_id(self) -> str:
        """The id of the invocation."""
        return self.invocation.key

    def get_remaining_time_in_millis(self) -> int:
        """What the function's timeout leaves, in virtual time."""
        return round(self.invocation.left * 1000)


@dataclass(frozen=True)
class Result:
    """What became of an invocation: its answer, or why there is none."""

    answer: Any = None
    error: str = ""


class Handlers:
    """The handlers of a release of an app: loaded once, made anew for each history."""

    def __init__(self, wiring: Wiring, business: "Business", patches: Patches) -> None:
        self._business = business
        self._functions = wiring.functions
        codes = {each.asset: Code(each.asset, patches) for each in wiring.functions.values()}
        with no_others():
            self._modules = {arn: _module(codes, each) for arn, each in wiring.functions.items()}

    def have(self, arn: str) -> bool:
        """Whether the release has a function."""
        return arn in self._functions

    def make(self, arn: str, client: Callable[[str], Client]) -> Handler:
        """The handler of a function, with its environment and clients."""
        environment = dict(self._functions[arn].environment)
        return self._business.handler(self._modules[arn], environment, client)


def _module(codes: dict[Path, Code], function: Function) -> ModuleType:
    return codes[function.asset].module(function.handler.rpartition(".")[0].replace("/", "."))


class Lambda:
    """The functions of a world. Those of the `previous` release are there until their stack is
    deployed, where it is in the middle of a history.
    """

    def __init__(self, world: "World", handlers: Handlers, previous: Handlers | None) -> None:
        self._world = world
        self._handlers, self._previous = handlers, previous
        self._idle: dict[tuple[str, bool], list[Handler]] = {}

    def invoke(
        self,
        function: Function,
        payload: Any,
        key: str,
        about: str,
        done: Callable[[Result], None],
        *,
        last_call: int | None = None,
    ) -> None:
        """Starts an invocation; `done` gets its result, in virtual time. Its process dies after the
        last call that it may make, or at its end, where there is one.
        """
        if last_call == 0:
            # It does nothing before: no process need be made for it.
            done(self._failed(function, DIED))
            return
        invocation = Invocation(self._world, function, key, about, last_call)
        self._world.loop.start(lambda: done(self._run(invocation, payload)), invocation)

    def _run(self, invocation: Invocation, payload: Any) -> Result:
        function = invocation.function
        old = self._is_old(function)
        idle = self._idle.setdefault((function.arn, old), [])
        try:
            handler = idle.pop() if idle else self._made(function, old=old)
            answer = handler(payload, Context(invocation))
            if invocation.last_call is not None:
                raise Crash(DIED)
        except Crash as crash:
            return self._failed(function, str(crash))
        except Exception as error:
            self._world.tell(function.name, f"raises {error!r:.150}", invocation.about)
            return self._failed(function, repr(error))
        self._world.schedules.ended(function.arn, invocation)
        idle.append(handler)
        return Result(answer)

    def _failed(self, function: Function, error: str) -> Result:
        world = self._world
        world.waiting.records.count(function.arn, "Errors", world.loop.now)
        world.schedules.ended(function.arn, None)
        return Result(error=error)

    def _is_old(self, function: Function) -> bool:
        has = self._previous is not None and self._previous.have(function.arn)
        return has and self._world.troubles.is_old(function.stack)

    def _made(self, function: Function, *, old: bool) -> Handler:
        calls = self._world.calls
        handlers = self._previous if old and self._previous else self._handlers
        return handlers.make(function.arn, lambda service: Client(calls, function, service))
