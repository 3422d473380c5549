"""Invokes functions: a process in virtual time for each, an instance for each at one time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulate.functions.clients import Client
from simulate.functions.code import Code, Patches
from simulate.functions.invocation import Crash, Invocation
from simulate.wiring import Function, Wiring

if TYPE_CHECKING:
    from simulate.business import Business
    from simulate.world import World

Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Context:
    """The context that Lambda passes, as far as a handler reads it."""

    function_name: str
    invoked_function_arn: str
    aws_request_id: str
    memory_limit_in_mb: int = 512


@dataclass(frozen=True)
class Result:
    """What became of an invocation: its answer, or why there is none."""

    answer: Any = None
    error: str = ""


class Handlers:
    """The handlers of an app: loaded once, made anew for each history."""

    def __init__(self, wiring: Wiring, business: "Business", patches: Patches) -> None:
        self._business = business
        codes = {each.asset: Code(each.asset, patches) for each in wiring.functions.values()}
        self._modules = {
            arn: codes[function.asset].module(function.handler.rpartition(".")[0].replace("/", "."))
            for arn, function in wiring.functions.items()
        }

    def make(self, function: Function, client: Callable[[str], Client]) -> Handler:
        """The handler of a function, with its environment and clients."""
        return self._business.handler(
            self._modules[function.arn], dict(function.environment), client
        )


class Lambda:
    """The functions of a world."""

    def __init__(self, world: "World", handlers: Handlers) -> None:
        self._world = world
        self._handlers = handlers
        self._idle: dict[str, list[Handler]] = {}

    def invoke(
        self,
        function: Function,
        payload: Any,
        key: str,
        about: str,
        done: Callable[[Result], None],
    ) -> None:
        """Starts an invocation; `done` gets its result, in virtual time."""
        invocation = Invocation(self._world, function, key, about)
        self._world.loop.start(lambda: done(self._run(invocation, payload)), invocation)

    def _run(self, invocation: Invocation, payload: Any) -> Result:
        function = invocation.function
        idle = self._idle.setdefault(function.arn, [])
        handler = idle.pop() if idle else self._made(function)
        context = Context(function.name, function.arn, invocation.key)
        well = False
        try:
            answer = handler(payload, context)
            well = True
        except Crash as crash:
            return Result(error=str(crash))
        except Exception as error:
            self._world.tell(function.name, f"raises {error!r:.150}", invocation.about)
            return Result(error=repr(error))
        finally:
            self._world.schedules.ended(invocation, well=well)
        idle.append(handler)
        return Result(answer)

    def _made(self, function: Function) -> Handler:
        calls = self._world.calls
        return self._handlers.make(function, lambda service: Client(calls, function, service))
