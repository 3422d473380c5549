"""No message is lost between threads.

ministack 1.5.33 replaces a queue's list of messages by a copy without those received, deleted or
expired, while other threads append to the list that is being replaced: a message sent in that
moment is lost. SQS loses none.

With this addition everything that changes a queue's messages holds one lock. It can go when
ministack does so itself.
"""

import functools
import threading
from collections.abc import Callable
from typing import Any

from ministack.services import eventbridge, lambda_svc, sns, sqs

from local.emulator import seams

CHANGES = (
    (sqs, "_act_send_message"),
    (sqs, "_act_delete_message"),
    (sqs, "_act_delete_message_batch"),
    (sqs, "_act_change_visibility"),
    (sqs, "_act_purge_queue"),
    (sqs, "_collect_msgs"),
    (sqs, "_dlq_sweep"),
    (sqs, "_expire_retained"),
    (eventbridge, "_dispatch_to_sqs"),
    (sns, "_deliver_to_sqs"),
    (lambda_svc, "_route_async_failure"),
)


def install() -> None:
    """Makes every change of a queue hold the lock that event source mappings hold."""
    lock = threading.RLock()
    seams.replace(sqs, "_queues_lock", lock)
    for module, name in CHANGES:
        change = seams.original(module, name)
        locked = _locked(lock, change)
        seams.replace(module, name, locked)
        for action, handler in sqs._HANDLERS.items():
            if handler is change:
                sqs._HANDLERS[action] = locked


def _locked(lock: Any, change: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(change)
    def change_alone(*arguments: Any, **options: Any) -> Any:
        with lock:
            return change(*arguments, **options)

    return change_alone
