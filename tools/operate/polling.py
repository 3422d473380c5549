"""Looks again and again until something is so."""

from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_result, stop_after_delay, stop_never, wait_fixed

Seen = TypeVar("Seen")


def poll(
    look: Callable[[], Seen],
    is_done: Callable[[Seen], bool],
    *,
    every_s: float,
    within_s: float | None = None,
) -> Seen:
    """What `look` sees when that is done, or what it saw last when the time is over."""
    retrying = Retrying(
        retry=retry_if_result(lambda seen: not is_done(seen)),
        wait=wait_fixed(every_s),
        stop=stop_never if within_s is None else stop_after_delay(within_s),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    return retrying(look)
