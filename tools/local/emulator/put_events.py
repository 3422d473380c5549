"""PutEvents takes events for the buses of any account, keeps their time, refuses bad ones.

AWS answers for each entry: one without Source, DetailType or Detail, or whose Detail is no JSON
object, is refused and the others are taken. `Time` becomes the event's time. `EventBusName` may
be the ARN of a bus in another account, whose policy then decides. A call whose entries are
larger than 256 KiB together is refused as a whole. An event for a bus of the caller's account that
is not there is taken and lost: so users report, and deny that it was corrected.
https://github.com/aws/aws-sdk/issues/186
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html

ministack 1.5.33 takes any Detail and any size, replaces the time and refuses other accounts' buses.
This can go when it does none of these.
"""

import json
from typing import Any

from ministack.core.iam_evaluator import caller_arn
from ministack.core.responses import error_response_json, json_response, new_uuid
from ministack.services import eventbridge

from local.emulator import bus_policies, scopes, seams

MAX_ENTRIES = 10
MAX_TOTAL_BYTES = 256 * 1024
TIME_BYTES = 14


class EntryRefused(Exception):
    """An entry that is answered with an error; the others of the call are taken."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = {"ErrorCode": code, "ErrorMessage": message}


class CallRefused(Exception):
    """A call that is refused as a whole."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def install() -> None:
    """Answers PutEvents by this module."""
    seams.original(eventbridge, "_ensure_default_bus")
    seams.replace(eventbridge, "_put_events", put_events)


def put_events(data: dict[str, Any], allow_aws_source: bool = False) -> Any:
    """Answers a PutEvents request; only services themselves may use sources `aws.*`."""
    entries = data.get("Entries", [])
    try:
        _check_limits(entries)
        results = [_put(entry, allow_aws_source) for entry in entries]
    except CallRefused as refusal:
        return error_response_json(refusal.code, refusal.message, 400)
    failed = sum("ErrorCode" in result for result in results)
    return json_response({"FailedEntryCount": failed, "Entries": results})


def _check_limits(entries: list[dict[str, Any]]) -> None:
    if not 1 <= len(entries) <= MAX_ENTRIES:
        raise CallRefused(
            "ValidationException",
            f"1 validation error detected: {len(entries)} entries at 'entries' failed to satisfy "
            f"constraint: Member must have length between 1 and {MAX_ENTRIES}",
        )
    if sum(_size(entry) for entry in entries) > MAX_TOTAL_BYTES:
        raise CallRefused(
            "ValidationException", "Total size of the entries in the request is over the limit."
        )


def _size(entry: dict[str, Any]) -> int:
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail")]
    texts += entry.get("Resources", [])
    return sum(len(text.encode()) for text in texts if text) + TIME_BYTES * ("Time" in entry)


def _put(entry: dict[str, Any], allow_aws_source: bool) -> dict[str, str]:
    try:
        _check(entry, allow_aws_source)
        event = _event(entry)
        bus_arn = _bus_arn(entry.get("EventBusName") or "default")
        _accept(event, bus_arn)
    except EntryRefused as refusal:
        return refusal.answer
    return {"EventId": event["EventId"]}


def _check(entry: dict[str, Any], allow_aws_source: bool) -> None:
    for field in ("Source", "DetailType", "Detail"):
        if not entry.get(field):
            raise EntryRefused(
                "InvalidArgument",
                f"Parameter {field} is not valid. Reason: {field} is a required argument.",
            )
    if entry["Source"].startswith("aws.") and not allow_aws_source:
        raise EntryRefused("NotAuthorizedForSourceException", "Not authorized for the source.")
    try:
        detail = json.loads(entry["Detail"])
    except json.JSONDecodeError:
        detail = None
    if not isinstance(detail, dict):
        raise EntryRefused("MalformedDetail", "Detail is malformed.")


def _event(entry: dict[str, Any]) -> dict[str, Any]:
    now = eventbridge._now_ts()
    return {
        "EventId": new_uuid(),
        "Source": entry["Source"],
        "DetailType": entry["DetailType"],
        "Detail": entry["Detail"],
        "Time": int(eventbridge._coerce_timestamp(entry.get("Time", now))),
        "Resources": entry.get("Resources", []),
        "Account": scopes.account(),
        "Region": scopes.region(),
    }


def _bus_arn(name_or_arn: str) -> str:
    if name_or_arn.startswith("arn:"):
        return name_or_arn
    return f"arn:aws:events:{scopes.region()}:{scopes.account()}:event-bus/{name_or_arn}"


def _accept(event: dict[str, Any], bus_arn: str) -> None:
    principal = str(caller_arn())
    name = bus_arn.split("event-bus/", 1)[-1]
    with scopes.owner_of(bus_arn):
        # Every account has it; ministack makes it when EventBridge is first called there.
        eventbridge._ensure_default_bus()
        if not bus_policies.allows(bus_arn, event, principal, by_rule=False):
            raise CallRefused(
                "AccessDeniedException",
                f"User: {principal} is not authorized to perform: events:PutEvents on resource: "
                f"{bus_arn} because no resource-based policy allows the events:PutEvents action",
            )
        if name not in eventbridge._event_buses:
            return
        event = {**event, "EventBusName": name}
        view = eventbridge._pattern_event_view(event)
        eventbridge._dispatch_event(event, view)
        eventbridge._archive_event(event, view)
