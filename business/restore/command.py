"""The two halves of a restore: `begin` stops the harm and restores, `finish` brings the table back.

What `finish` does can be done again: it reads everything anew, and writes what differs.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from business.deployed import Deployed
from business.restore import evidence, pausing, rules
from business.restore.copying import Target, plain, scanned
from business.restore.evidence import BEFORE, DOMAIN
from operate.errors import OperateError
from operate.progress import Pace, shown
from operate.replay import ARCHIVED_WITHIN, Report

ORDERS_RULE, DOCUMENTS_RULE = "orders-to-order-events", "invoicing-to-issued-invoices"
"""The rules of invoicing's bus that make invoices of orders, and documents of invoices."""


@dataclass(frozen=True)
class Outcome:
    """What was written, or would be; what a person must decide; and the commands to run next.

    Not before `replay_at`: until then events may be on their way into the archive, and the FIFO
    queue drops, for five minutes, what it was asked already.
    """

    line: str
    contradictions: list[str]
    replays: list[str]
    replay_at: datetime


def restored_name(deployed: Deployed, point: datetime) -> str:
    """How the table restored to a point in time is called."""
    return f"{deployed.output(DOMAIN, 'TableName')}-{point:%Y%m%dT%H%M%SZ}"


def begin(deployed: Deployed, point: datetime, say: Report) -> str:
    """Pauses who uses the table, and starts its restore into a new one, whose name it returns.

    Raises OperateError when AWS refuses the point in time; the consumers are paused all the same.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
    """
    pausing.pause(deployed, say)
    live, name = deployed.output(DOMAIN, "TableName"), restored_name(deployed, point)
    database = deployed.client("dynamodb", DOMAIN)
    try:
        database.restore_table_to_point_in_time(
            SourceTableName=live, TargetTableName=name, RestoreDateTime=point
        )
        if deployed.system.accounts.is_local:
            say("note: a local run keeps no history; the new table is as the table is now")
    except database.exceptions.TableAlreadyExistsException:
        say(f"{name} is there already")
    except ClientError as error:
        raise OperateError(f"{live} is not restored to {_text(point)}: {error}") from error
    return name


def finish(
    deployed: Deployed,
    point: datetime,
    say: Report,
    *,
    rate: float,
    dry_run: bool = False,
    distrust: bool = False,
) -> Outcome:
    """Makes the table what it was, with every number that was announced since, and resumes.

    `distrust` is for a table whose own numbers are what is wrong. Raises OperateError, before
    anything is written, when a number is not explained; and afterwards, with the consumers paused,
    when the table is not what it should be.
    """
    database = deployed.client("dynamodb", DOMAIN)
    source = _active(database, restored_name(deployed, point))
    target = Target(database, deployed.output(DOMAIN, "TableName"), Pace(rate), dry_run)
    if not dry_run:
        pausing.pause(deployed, say)
    paused_at = datetime.now(UTC)
    say("reading what was announced, and who has seen it")
    announced = evidence.announcements(deployed, point - BEFORE)
    seen = evidence.seen(deployed)
    restored, live, told_at = rules.Numbers(), rules.Numbers(), {}
    for raw in scanned(database, source):
        restored.note(plain(raw))
    for item in target.items():
        live.note(item)
        told_at[item["pk"]] = rules.told_at(item)
    plan = _planned(source, restored, announced)
    witnesses = {} if distrust else rules.witnessed(live, plan.counters)
    _refuse(
        [
            *(f"{number} is given twice in {source}" for number in sorted(restored.twice)),
            *(
                f"{number} was given, and nothing says to whom"
                for number in rules.missing(restored, announced)
            ),
            *rules.unexplained(restored, announced, witnesses | seen.where),
        ]
    )
    _write(target, source, plan, len(restored.of_orders))
    if not dry_run:
        _prove(target, plan)
        pausing.resume(deployed, say)
    since = [told_at.get(key) for key in target.changed]
    since += [seen.placed_at.get(order_id) for order_id in plan.adopted]
    start = min([point - BEFORE, *(each for each in since if each)])
    return _outcome(target, plan, start, paused_at)


def _active(database: Any, table: str) -> str:
    try:
        state = database.describe_table(TableName=table)["Table"]["TableStatus"]
    except database.exceptions.ResourceNotFoundException as error:
        raise OperateError(f"there is no table {table}: `begin` makes it") from error
    if state != "ACTIVE":
        raise OperateError(f"{table} is {state}: come again when it is ACTIVE")
    return table


def _planned(
    source: str, restored: rules.Numbers, announced: list[rules.Announcement]
) -> rules.Plan:
    try:
        return rules.plan(restored, announced)
    except ValueError as error:
        raise OperateError(f"{source}, or what was announced since: {error}") from error


def _refuse(unclear: list[str]) -> None:
    if unclear:
        raise OperateError(
            "nothing was written, for not every number is explained:\n  "
            + "\n  ".join(unclear)
            + "\nlook with `python -m operate list` for events that wait; where the table itself "
            "is what lies, --distrust leaves out what it says"
        )


def _write(target: Target, source: str, plan: rules.Plan, size: int) -> None:
    """The counters first: from then on, no number that was announced can be given again."""
    left, adopted = set(target.present), dict(plan.adopted)
    for item in rules.counters(plan):
        target.put(item, what="counters set", always=True)
        left.discard(item["pk"])
    with shown(target.name, size) as step:
        for raw in scanned(target.client, source):
            item = plain(raw)
            told = adopted.pop(item["pk"].removeprefix(rules.INVOICE), [])
            left.discard(item["pk"])
            if not item["pk"].startswith(rules.COUNTERS):
                target.put(
                    rules.with_numbers(item, told),
                    what="given the numbers announced for them" if told else "written as they were",
                )
                step()
    for told in adopted.values():
        item = rules.with_numbers(None, told)
        target.put(item, what="given the numbers announced for them")
        left.discard(item["pk"])
    for key in sorted(left):
        target.delete(key)


def _prove(target: Target, plan: rules.Plan) -> None:
    """Raises OperateError when the table, read again, is not what was planned."""
    found = rules.Numbers()
    for item in target.items():
        found.note(item)
    wrong = rules.wrong(found, plan)
    if wrong:
        raise OperateError(
            f"{target.name} is not what it should be, and its consumers stay paused:\n  "
            + "\n  ".join(wrong)
        )


def _outcome(target: Target, plan: rules.Plan, start: datetime, paused_at: datetime) -> Outcome:
    told = ", ".join(f"{number} {what}" for what, number in target.done.most_common())
    window = f"{_text(start)} {_text(paused_at + timedelta(seconds=1))}"
    return Outcome(
        line=f"{target.name}: {'would be: ' if target.dry_run else ''}{told or 'nothing to do'}",
        contradictions=plan.contradictions,
        replays=[
            f"python -m operate replay {DOMAIN} {window} {rule}"
            for rule in (ORDERS_RULE, DOCUMENTS_RULE)
        ],
        replay_at=paused_at + ARCHIVED_WITHIN,
    )


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
