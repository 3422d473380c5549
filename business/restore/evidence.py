"""What was announced, and who has seen it: logs, outbox, the other domain's table, documents.

Every number is written with its event, in one transaction: the event is in the outbox, or a bus has
taken it, which has written it into its audit log. These two are the announcements. The orders and
the documents, which come of the same events by other ways, are asked whether any is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

import msgspec

from business import books
from business.deployed import Deployed
from business.restore.rules import GIVEN_AT, Announcement, announcement
from contracts.invoicing import SOURCE
from operate.errors import OperateError
from operate.messages import Box

DOMAIN, OBSERVER = "invoicing", "orders"
BEFORE = timedelta(hours=1)
"""The log is read from so long before the point in time on. AWS does not say that a restored table
has all of a transaction or nothing of it, so what is at the edge counts as not restored.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
"""

WITHOUT_ANNOUNCEMENT = ("invoicing-unpublished", "invoicing-audit-undelivered")
"""Where events wait that neither the outbox nor the audit log has."""


@dataclass
class Seen:
    """What others have seen of numbers: where, by number; and when each order was placed."""

    where: dict[str, str] = field(default_factory=dict)
    placed_at: dict[str, datetime] = field(default_factory=dict)


def announcements(deployed: Deployed, since: datetime) -> list[Announcement]:
    """Every number announced since a time, or about to be.

    Raises OperateError where dead letters would have to be looked at first, or where what was
    published is no announcement that the contract knows.
    """
    _refuse_dead_letters(deployed)
    # The outbox first: what leaves it afterwards was seen there, what has left it is in the log.
    told = list(_of_outbox(deployed))
    for event in books.events(deployed, DOMAIN, source=SOURCE, since=since):
        told.append((event["detail-type"], msgspec.json.encode(event["detail"]).decode()))
    try:
        found = [announcement(detail_type, detail) for detail_type, detail in told]
    except msgspec.DecodeError as error:
        raise OperateError(f"an event of {SOURCE} cannot be read: {error}") from error
    return [each for each in found if each]


def seen(deployed: Deployed) -> Seen:
    """The numbers that orders show, and those of the documents in the bucket."""
    found = Seen()
    for item in books.items(deployed, OBSERVER, "ORDER#"):
        order_id = item["placed"]["orderId"]
        found.placed_at[order_id] = datetime.fromisoformat(item["placedAt"])
        for name in GIVEN_AT:
            if item.get(name):
                found.where[item[name]] = f"is shown by the order {order_id}"
    pages = deployed.client("s3", DOMAIN).get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=deployed.bucket(DOMAIN)):
        for document in page.get("Contents", []):
            number = PurePosixPath(document["Key"]).stem
            found.where.setdefault(number, f"has the document {document['Key']}")
    return found


def _of_outbox(deployed: Deployed) -> Iterator[tuple[str, str]]:
    pages = deployed.client("dynamodb", DOMAIN).get_paginator("scan")
    table = deployed.output(DOMAIN, "OutboxName")
    for page in pages.paginate(TableName=table, ConsistentRead=True):
        item: dict[str, Any]
        for item in page["Items"]:
            if "detailType" in item and "detail" in item:
                yield item["detailType"]["S"], item["detail"]["S"]


def _refuse_dead_letters(deployed: Deployed) -> None:
    system = deployed.system
    for place in system.places("queue"):
        if place.name in WITHOUT_ANNOUNCEMENT and Box(system, place).depths()["visible"]:
            raise OperateError(
                f"{place.name} holds events that may have announced numbers: bring them on first, "
                f"with `python -m operate redrive {place.name}` or `repair`"
            )
