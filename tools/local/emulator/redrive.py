"""Dead-letter queues are redriven by StartMessageMoveTask.

A task moves the messages of a queue that is the dead-letter queue of others, to a destination or,
with none given, each to the queue it came from. They count as new there: not received so far.
One task at a time runs on a queue; it can be watched and cancelled.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html

ministack 1.5.33 has none of the three actions: `install` refuses to start when it does, and this
can go.
"""

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from ministack.core.concurrency import esm_wake, spawn_background
from ministack.core.responses import new_uuid
from ministack.services import sqs

from local.emulator import seams

ACTIONS = ("StartMessageMoveTask", "ListMessageMoveTasks", "CancelMessageMoveTask")
TASKS_KEPT_PER_QUEUE = 10


@dataclass
class Task:
    """A move of all messages that a queue holds at its start."""

    source: str
    destination: str | None
    to_move: int
    per_second: int | None
    handle: str = field(default_factory=new_uuid)
    started: int = field(default_factory=lambda: int(time.time() * 1000))
    status: str = "RUNNING"
    moved: int = 0
    failure: str | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    def describe(self) -> dict[str, Any]:
        """The task as ListMessageMoveTasks shows it."""
        described = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self.source,
            "DestinationArn": self.destination,
            "MaxNumberOfMessagesPerSecond": self.per_second,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": self.started,
        }
        return {name: value for name, value in described.items() if value is not None}


_tasks: dict[str, list[Task]] = {}


def install() -> None:
    """Adds the actions."""
    for action, handler in zip(ACTIONS, (_start, _list, _cancel), strict=True):
        if action in sqs._HANDLERS:
            raise seams.SeamGone(
                f"ministack has {action} itself now: remove local.emulator.redrive"
            )
        sqs._HANDLERS[action] = handler
    reset = seams.original(sqs, "reset")

    def reset_with_tasks() -> None:
        for task in (task for tasks in _tasks.values() for task in tasks):
            task.cancelled.set()
        _tasks.clear()
        reset()

    seams.replace(sqs, "reset", reset_with_tasks)


def _start(request: dict[str, Any], _: str) -> dict[str, str]:
    source, destination = request["SourceArn"], request.get("DestinationArn")
    queue = _queue(source, "source")
    if destination is not None:
        _queue(destination, "destination")
    if not _is_dead_letter_queue(source):
        raise sqs._Err(
            "InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.", 400
        )
    tasks = _tasks.setdefault(source, [])
    if any(task.status == "RUNNING" for task in tasks):
        raise sqs._Err(
            "UnsupportedOperation",
            "There is already a task running. Only one active task is allowed for a source queue.",
            400,
        )
    rate = request.get("MaxNumberOfMessagesPerSecond")
    task = Task(source, destination, len(queue["messages"]), rate)
    tasks.insert(0, task)
    del tasks[TASKS_KEPT_PER_QUEUE:]
    spawn_background(_run, task, thread_name="local-redrive")
    return {"TaskHandle": task.handle}


def _list(request: dict[str, Any], _: str) -> dict[str, Any]:
    tasks = _tasks.get(request["SourceArn"], [])
    return {"Results": [task.describe() for task in tasks[: int(request.get("MaxResults", 1))]]}


def _cancel(request: dict[str, Any], _: str) -> dict[str, Any]:
    for task in (task for tasks in _tasks.values() for task in tasks):
        if task.handle == request["TaskHandle"] and task.status == "RUNNING":
            task.status = "CANCELLING"
            task.cancelled.set()
            return {"ApproximateNumberOfMessagesMoved": task.moved}
    raise sqs._Err("ResourceNotFoundException", "Task does not exist.", 404)


def _queue(arn: str, role: str) -> Any:
    queue = sqs._queue_by_arn(arn)
    if queue is None:
        raise sqs._Err(
            "ResourceNotFoundException",
            f"The resource that you specified for the {role} queue doesn't exist: {arn}",
            404,
        )
    return queue


def _is_dead_letter_queue(arn: str) -> bool:
    return any(
        json.loads(queue["attributes"].get("RedrivePolicy") or "{}").get("deadLetterTargetArn")
        == arn
        for _, queue in sqs._queues.all_items()
    )


def _run(task: Task) -> None:
    pause = 1 / task.per_second if task.per_second else 0.0
    try:
        while task.moved < task.to_move and not task.cancelled.wait(pause):
            if not _move_one(task):
                break
    except LookupError as error:
        task.status, task.failure = "FAILED", str(error)
        return
    task.status = "CANCELLED" if task.cancelled.is_set() else "COMPLETED"


def _move_one(task: Task) -> bool:
    """Moves the first message that nobody is receiving; False when there is none."""
    now = time.time()
    with sqs._queues_lock:
        queue = sqs._queue_by_arn(task.source)
        waiting = queue["messages"] if queue is not None else []
        message = next((m for m in waiting if m["visible_at"] <= now), None)
        if message is None:
            return False
        origin = (message.get("sys") or {}).get("DeadLetterQueueSourceArn")
        destination = sqs._queue_by_arn(task.destination or origin or "")
        if destination is None:
            raise LookupError("CouldNotDetermineMessageSource")
        queue["messages"].remove(message)
        destination["messages"].append(_as_new(message, now))
        task.moved += 1
    esm_wake.set()
    return True


def _as_new(message: dict[str, Any], now: float) -> dict[str, Any]:
    sent_by = {k: v for k, v in message["sys"].items() if k != "DeadLetterQueueSourceArn"}
    return {
        **message,
        "id": new_uuid(),
        "receive_count": 0,
        "first_receive_at": None,
        "receipt_handle": None,
        "sent_at": now,
        "enqueued_at": now,
        "visible_at": now,
        "sys": {**sent_by, "SentTimestamp": str(int(now * 1000))},
    }
