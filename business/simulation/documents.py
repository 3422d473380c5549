"""The documents: each is written, and then the archive of its region is told of it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from business.ends import ENDS
from simulate.business import Broken
from simulate.world import World

Item = dict[str, Any]
Archives = dict[str, set[str]]
"""The archives that were told of each document, by its number."""


def documented(
    world: World, invoices: Mapping[str, Item], excused: Collection[str]
) -> Iterator[Broken]:
    """What is not written, or not where it belongs, of the invoices by their order.

    `excused` is of what something may be missing.
    """
    archives: Archives = defaultdict(set)
    for queue in world.queues.values():
        for message in queue.messages if queue.name in ENDS else ():
            told = json.loads(message.body)
            archives[told["number"]].add(queue.name)
            written = world.written.get((f"arn:aws:s3:::{told['bucket']}", told["key"]))
            if written is None or written > message.sent:
                how = f"the document of {told['number']} was announced before it was there"
                yield Broken("untrue", told["number"], how)
    names = {key.rpartition("/")[2] for _, key in world.written}
    for order_id, invoice in invoices.items():
        if order_id not in excused and invoice.get("draft"):
            for how in _lacks(invoice, names, archives, excused):
                yield Broken("lost", order_id, f"order {order_id}: {how}")


def _lacks(
    invoice: Item, names: Collection[str], archives: Archives, excused: Collection[str]
) -> Iterator[str]:
    region = invoice["draft"]["order"]["location"].partition("-")[0]
    for number in (invoice.get("invoiceNumber"), invoice.get("creditNoteNumber")):
        if number and f"{number}.html" not in names:
            yield f"there is no document of {number}"
        elif number and number not in excused and archives[number] != {f"{region}-archive"}:
            where = " and ".join(sorted(archives[number])) or "no archive"
            yield f"the document of {number} is announced to {where}"
