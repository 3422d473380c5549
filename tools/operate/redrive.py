"""Moves what is in a dead-letter place back to where it was going.

A message is deleted only after it was accepted where it goes: a crash in between leaves it in both
places, never in none. Where SQS can move all of a queue's messages itself, it does.
"""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from operate.dead_letters import DeadLetters, Origin
from operate.delivery import deliver
from operate.errors import Interrupted, OperateError
from operate.messages import Box, Message
from operate.polling import poll
from operate.progress import Moved, Pace, shown
from operate.reasons import WAITED_IN, failure_record, reason
from operate.system import System
from operate.targets import Refused
from routes.network.model import Place

MOST_PER_SECOND = 500
"""What SQS moves a second at the most."""

GIVE_UP_AFTER = 3
"""So many messages in a row that are refused for one reason: the others would be too."""

POLL_S = 0.5


def redrive(
    system: System,
    letters: DeadLetters,
    *,
    rate: float,
    dry_run: bool = False,
    only: str | None = None,
) -> Moved:
    """Moves the messages of a place, or those whose reason has the text `only` in it.

    `rate` is messages a second. Raises OperateError when the place cannot be reached.
    """
    box = Box(system, letters.place)
    waiting = box.depths()["visible"]
    moved = Moved(letters.place.name, dry_run)
    if not waiting:
        return moved
    sources = [origin.queue for origin in letters.origins if origin.queue is not None]
    is_one_queue_s = len(sources) == len(letters.origins) == 1
    # What was redelivered in vain still carries the reasons of the rule or topic.
    is_one_queue_s = is_one_queue_s and sources[0] not in system.routes.waiting_places
    if is_one_queue_s and not (only or dry_run or box.url.endswith(".fifo")):
        return _moved_by_sqs(system, box, sources[0], rate, moved, waiting)
    return _one_by_one(system, letters, box, rate, moved, waiting, only)


def origin_of(system: System, letters: DeadLetters, message: Message) -> Origin:
    """Which of a place's origins a message is from; raises Refused when that is not certain."""
    if not letters.origins:
        raise Refused("nothing in the assembly says where it was going: discard it")
    says = [(each, _is_from(system, each, message)) for each in letters.origins]
    found = [each for each, is_from in says if is_from]
    # What says nothing of itself, such as a message that a person put there.
    found = found or [each for each, is_from in says if is_from is None]
    if len(found) == 1:
        return found[0]
    labels = ", ".join(each.label for each in found or letters.origins)
    raise Refused(f"it {'may be from any' if found else 'is from none'} of {labels}")


def _is_from(system: System, origin: Origin, message: Message) -> bool | None:
    """Whether a message is from an origin; None where the message does not say."""
    texts = message.texts
    source = texts.get(WAITED_IN) or message.system.get("DeadLetterQueueSourceArn")
    if source is not None:
        return origin.queue is not None and system.arn(origin.queue) == source
    if "RULE_ARN" in texts:
        return origin.kind == "rule" and _is_of_rule(system, origin, texts)
    if failure_record(message) is not None:
        return origin.kind == "stream"
    if "ErrorCode" in texts:
        return origin.kind == "subscription"
    if "error" in texts:
        return origin.kind in ("queue", "stream")
    return None


def _is_of_rule(system: System, origin: Origin, texts: dict[str, str]) -> bool:
    assert origin.hop is not None
    # EventBridge writes the rule's ARN with or without its bus.
    rule = system.physical(origin.hop.resource).rsplit("|", 1)[-1]
    # A log group's ARN ends with `:*` or not, a function's may have a qualifier.
    target = system.arn(origin.hop.target).removesuffix(":*")
    is_target = f"{texts.get('TARGET_ARN', target)}:".startswith(f"{target}:")
    return is_target and texts["RULE_ARN"].rsplit("/", 1)[-1] == rule


def _one_by_one(
    system: System,
    letters: DeadLetters,
    box: Box,
    rate: float,
    moved: Moved,
    waiting: int,
    only: str | None,
) -> Moved:
    pace, refusals = Pace(rate), list[str]()
    try:
        with shown(letters.place.name, waiting) as step:
            for message in box.receive(waiting):
                step()
                if only is not None and only not in reason(message):
                    moved.left["their reason is another one"] += 1
                    continue
                try:
                    origin = origin_of(system, letters, message)
                    if moved.dry_run:
                        moved.moved[destination(origin)] += 1
                        continue
                    pace.wait()
                    moved.moved[deliver(system, origin, message)] += 1
                    box.delete(message)
                    refusals.clear()
                except Refused as refusal:
                    moved.left[str(refusal)] += 1
                    refusals.append(str(refusal))
                    if _is_hopeless(refusals):
                        break
    finally:
        box.give_back()
    untouched = waiting - moved.moved.total() - moved.left.total()
    if untouched > 0:
        moved.left["not tried"] += untouched
    return moved


def destination(origin: Origin) -> str:
    """Where a dead letter of an origin was going, in words."""
    if origin.queue is not None:
        return origin.queue.label
    assert origin.hop is not None
    return (origin.hop.source if origin.kind == "unrouted" else origin.hop.target).label


def _is_hopeless(refusals: Sequence[str]) -> bool:
    last = refusals[-GIVE_UP_AFTER:]
    return len(last) == GIVE_UP_AFTER and len(set(last)) == 1


def _moved_by_sqs(
    system: System, box: Box, queue: Place, rate: float, moved: Moved, waiting: int
) -> Moved:
    """SQS's own move; the destination is named, since what a consumer sent here has no source.

    Who interrupts it stops it: SQS would go on by itself.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
    """
    source = system.arn(box.place)
    try:
        started = box.client.start_message_move_task(
            SourceArn=source,
            DestinationArn=system.arn(queue),
            MaxNumberOfMessagesPerSecond=max(1, min(int(rate), MOST_PER_SECOND)),
        )
    except ClientError as error:
        moved.left[f"SQS does not move them: {error}"] += waiting
        return moved
    done = 0
    with shown(box.place.name, waiting) as step:

        def looked_at() -> dict[str, Any]:
            nonlocal done
            found = box.client.list_message_move_tasks(SourceArn=source, MaxResults=1)
            task: dict[str, Any] = found["Results"][0]
            now = int(task.get("ApproximateNumberOfMessagesMoved", 0))
            for _ in range(now - done):
                step()
            done = now
            return task

        try:
            task = poll(looked_at, lambda task: task["Status"] != "RUNNING", every_s=POLL_S)
        except Interrupted:
            _stop(box, started["TaskHandle"])
            raise
    if task["Status"] == "COMPLETED":
        # What SQS has counted may come later than the end.
        # https://github.com/localstack/localstack/pull/9988
        done = max(done, waiting)
    if done:
        moved.moved[queue.label] += done
    if task["Status"] != "COMPLETED":
        why = task.get("FailureReason", task["Status"])
        moved.left[f"SQS stopped: {why}"] += max(waiting - done, 1)
    return moved


def _stop(box: Box, task: str) -> None:
    """Has SQS move no more; raises OperateError when it does not stop.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html
    """
    try:
        box.client.cancel_message_move_task(TaskHandle=task)
    except ClientError as error:
        raise OperateError(
            f"interrupted, but SQS may go on moving {box.place.name}: {error}"
        ) from error
