"""Dead letters that are themselves wrong: shown, put right and sent on, or discarded."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from operate.dead_letters import DeadLetters
from operate.delivery import deliver
from operate.errors import OperateError
from operate.messages import Box, Message
from operate.progress import Moved
from operate.reasons import reason
from operate.redrive import destination, origin_of
from operate.system import System
from operate.targets import Refused


def shown(system: System, letters: DeadLetters, limit: int) -> list[dict[str, Any]]:
    """Up to so many messages of a place, as JSON; the bodies that are JSON as such."""
    return [
        {"id": message.id, "reason": reason(message), "body": _readable(message.body)}
        for message in Box(system, letters.place).peek(limit)
    ]


def repaired(
    system: System, letters: DeadLetters, id: str, body: str, *, dry_run: bool = False
) -> Moved:
    """Sends a body in the place of a message to where that was going, then deletes the message.

    Raises OperateError when the place has no such message, or when that is JSON and the body is
    none: the wrong message is the only copy there is. One that is not accepted stays.
    """
    box = Box(system, letters.place)
    moved = Moved(letters.place.name, dry_run)
    try:
        message = _take(box, id)
        _require_json(body, message)
        right = replace(message, body=body)
        origin = origin_of(system, letters, message)
        if dry_run:
            moved.moved[destination(origin)] += 1
        else:
            moved.moved[deliver(system, origin, right)] += 1
            box.delete(message)
    except Refused as refusal:
        moved.left[str(refusal)] += 1
    finally:
        box.give_back()
    return moved


def discarded(
    system: System, letters: DeadLetters, keep: Path, *, only: str | None, dry_run: bool = False
) -> Moved:
    """Deletes the messages of a place, or those whose reason has the text `only` in it.

    Each is first written to the end of a file: as JSON, one a line. Raises OperateError when the
    file cannot be opened.
    """
    box = Box(system, letters.place)
    moved = Moved(letters.place.name, dry_run)
    try:
        with _opened(keep) as file:
            for message in box.receive(box.depths()["visible"]):
                if only is not None and only not in reason(message):
                    moved.left["their reason is another one"] += 1
                    continue
                moved.moved[str(keep)] += 1
                if not dry_run:
                    kept = {"id": message.id, "reason": reason(message), "body": message.body}
                    file.write(json.dumps(kept, ensure_ascii=False) + "\n")
                    file.flush()
                    box.delete(message)
    finally:
        box.give_back()
    return moved


def _take(box: Box, id: str) -> Message:
    for message in box.receive(box.depths()["visible"]):
        if message.id == id:
            return message
    raise OperateError(f"{box.place.name} has no message {id!r}: `show` prints those it has")


def _require_json(body: str, message: Message) -> None:
    try:
        json.loads(message.body)
    except ValueError:
        return
    try:
        json.loads(body)
    except ValueError as error:
        raise OperateError(
            f"the body is no JSON, as that of {message.id} is: {error}; expected the `body` that "
            "`show` prints, put right"
        ) from error


def _opened(keep: Path) -> TextIO:
    try:
        return keep.open("a", encoding="utf-8")
    except OSError as error:
        raise OperateError(f"--keep {keep}: {error.strerror}; nothing is discarded") from error


def _readable(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body
