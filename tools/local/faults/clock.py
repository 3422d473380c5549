"""Time that passes faster."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local import control
from local.system import System


@contextmanager
def time_compressed(system: System, factor: int, visibility_s: int = 2) -> Iterator[None]:
    """Time passes faster for messages that failed.

    The pauses that consumers ask for pass `factor` times as fast, and the queues of event source
    mappings hide a message for `visibility_s` seconds where it was for longer.
    """
    before: list[tuple[Any, str, str]] = []
    for stack in system.stacks:
        sqs = system.client("sqs", stack)
        for url in system.queues(stack).values():
            was = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
            seconds = was["Attributes"]["VisibilityTimeout"]
            if int(seconds) > visibility_s:
                before.append((sqs, url, seconds))
    control.switch_fault(system.emulator, {"pace": factor})
    _set_visibility([(sqs, url, str(visibility_s)) for sqs, url, _ in before])
    try:
        yield
    finally:
        control.switch_fault(system.emulator, {"pace": 1})
        _set_visibility(before)


def _set_visibility(queues: list[tuple[Any, str, str]]) -> None:
    for sqs, url, seconds in queues:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": seconds})
