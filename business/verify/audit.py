"""Whether what became of the test orders is in the lake of insights, for anybody to ask."""

from collections import defaultdict
from datetime import UTC, datetime

from business import lake_books
from business.audit.lake import NoAnswer
from business.deployed import Deployed
from business.verify.orders import Followed

LAKE = "audit"
EVENTS = "SELECT subject, detail_type FROM events"


def gathers_s(deployed: Deployed) -> int:
    """For how many seconds Firehose gathers what it writes into one file; here it does not."""
    if deployed.system.accounts.is_local:
        return 0
    found = deployed.client("firehose", "insights").describe_delivery_stream(
        DeliveryStreamName=LAKE
    )["DeliveryStreamDescription"]["Destinations"][0]["ExtendedS3DestinationDescription"]
    return int(found.get("BufferingHints", {}).get("IntervalInSeconds", 0))


def missing(deployed: Deployed, placed: list[Followed], since: float) -> list[str]:
    """What the lake lacks of the orders, in words."""
    day = datetime.fromtimestamp(since, UTC)
    try:
        rows = lake_books.answer(deployed, EVENTS, day).rows
    except NoAnswer as error:
        return [f"Athena gives no answer: {error}"]
    found = defaultdict(set)
    for subject, detail_type in rows:
        found[subject].add(detail_type)
    return [
        f"{event} of order {order.order_id} is not in the lake"
        for order in placed
        if order.order_id
        for event, happened in (("OrderPlaced", True), ("InvoiceIssued", bool(order.number)))
        if happened and event not in found[order.order_id]
    ]
