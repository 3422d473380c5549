"""Threads are used again.

ministack 1.5.33 starts two threads for each invocation, and one for each batch of messages. Whoever
starts a thread waits until it runs, in the one loop that answers every request too. This can go
when it starts none.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent import futures
from functools import partial
from types import ModuleType
from typing import Any

from ministack.core import concurrency, lambda_runtime

from local.emulator import seams

UNBOUNDED = 1_000_000
"""Who invokes may wait for who is invoked: a bound would let them wait for each other."""

_pool = futures.ThreadPoolExecutor(UNBOUNDED, thread_name_prefix="pooled")


def install() -> None:
    """Gives ministack's invocations threads of a pool."""
    for module in (concurrency, lambda_runtime):
        seams.replace(module, "threading", _Threading("threading"))


class PooledThread:
    """What ministack uses of `threading.Thread`. The name and the rest are the pool's."""

    def __init__(
        self,
        target: Callable[..., object],
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        **_: object,
    ) -> None:
        self._target = partial(target, *args, **(kwargs or {}))
        self._ended: futures.Future[object] | None = None

    def start(self) -> None:
        """Runs the target in a thread that is free, or in a new one."""
        self._ended = _pool.submit(self._target)

    def join(self, timeout: float | None = None) -> None:
        """Waits for the end, so many seconds."""
        assert self._ended is not None
        futures.wait([self._ended], timeout)

    def is_alive(self) -> bool:
        """Whether it has started and not ended."""
        return self._ended is not None and not self._ended.done()


class _Threading(ModuleType):
    """The module `threading`, but for its threads."""

    Thread = PooledThread

    def __getattr__(self, name: str) -> Any:
        return getattr(threading, name)
