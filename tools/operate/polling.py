"""Looks again and again until something is so."""

from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_result, stop_after_delay, stop_never

Seen = TypeVar("Seen")

SHARE = 0.1
"""The pause before the next look, as a share of the wait so far."""


def poll(
    look: Callable[[], Seen],
    is_done: Callable[[Seen], bool],
    *,
    every_s: float,
    within_s: float | None = None,
) -> Seen:
    """What `look` sees when that is done, or what it saw last when the time is over.

    It looks `every_s` seconds, and ever more rarely: to look is a load of its own, and what takes
    minutes is no later known for it than a tenth.
    """
    retrying = Retrying(
        retry=retry_if_result(lambda seen: not is_done(seen)),
        wait=lambda state: max(every_s, SHARE * (state.seconds_since_start or 0)),
        stop=stop_never if within_s is None else stop_after_delay(within_s),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    return retrying(look)
