"""What this business promises, looked at when a history is over and nothing is on its way."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from business.ends import ENDS, SCHEDULED
from business.simulation.alarms import needless, unheard
from business.simulation.documents import documented
from business.simulation.people import WRONG, Told
from business.simulation.published import published
from business.simulation.setting_aside import SetAside
from business.simulation.subjects import UNTRANSLATED, subject_of
from contracts.support import CREATED, RESOLVED
from simulate.business import Broken
from simulate.functions.invocation import APART_S
from simulate.history import Ended
from simulate.loop import BEGIN
from simulate.world import Done

KINDS = ("lost", "duplicated", "gaps", "stuck", "untrue", "unheard", "needless")
"""`untrue`: what was told, or shown, and is not so; `needless`: an alarm where all was well."""

KNOWN_BY_FULFILLMENT = ("shipment-orders", "shipment-tickets")
"""Queues of what fulfillment is told."""

EXPIRES = "expiresAt"
"""The attribute of what is forgotten at a time."""

HOLDERS = {"billing": ("invoicing", "HOLD"), "fulfillment": ("fulfillment", "SHIPMENT")}

Item = dict[str, Any]


def broken(ended: Ended) -> Iterator[Broken]:
    """Every promise that was broken, the plainest first."""
    books = _Books(ended)
    yield from books.untrue()
    yield from books.stuck()
    yield from books.aside.broken()
    yield from books.kept_for_ever()
    yield from books.lost()
    yield from books.shipped_in_spite()
    yield from books.numbers()
    yield from documented(books.world, books.invoices, books.aside.excused)
    yield from published(books.world, books.aside.excused)
    yield from books.set_aside()
    yield from books.tickets()
    yield from books.demand()
    yield from unheard(ended)
    yield from needless(ended)


class _Books:
    """What the tables, queues, buckets and logs of all domains say at the end."""

    def __init__(self, ended: Ended) -> None:
        self.world, self.at_rest = ended.world, ended.came_to_rest
        self.told: Told = ended.outside.memory
        self.aside = SetAside(ended)
        self.items: dict[tuple[str, str], dict[str, Item]] = defaultdict(dict)
        for domain in self.world.domains:
            for item in self.world.items(domain):
                prefix, _, id = item["pk"].partition("#")
                self.items[domain, prefix][id] = item
        self.orders = self.items["orders", "ORDER"]
        self.invoices = self.items["invoicing", "INVOICE"]
        self.shipments = self.items["fulfillment", "SHIPMENT"]

    def untrue(self) -> Iterator[Broken]:
        for subject, how in self.told.untrue:
            yield Broken("untrue", subject, how)
        for order_id in self.told.accepted:
            if order_id not in self.orders:
                yield Broken("lost", order_id, f"order {order_id} was accepted, and is not there")
        for order_id in sorted(self.told.cancelled & self.orders.keys()):
            if self.orders[order_id]["status"] != "CANCELLED":
                how = f"the cancellation of order {order_id} was taken, and it is not cancelled"
                yield Broken("untrue", order_id, how)

    def stuck(self) -> Iterator[Broken]:
        if not self.at_rest:
            yield Broken("stuck", "", "something is on its way for weeks after the last fault")
        for queue in self.world.queues.values():
            if queue.name in ENDS:
                continue
            for message in queue.messages:
                yield from self.aside.kept_too_short(queue, message)
                if self.aside.is_of(message):
                    continue
                if WRONG not in message.body and SCHEDULED not in message.body:
                    told = ("error", "ERROR_CODE")
                    why = [message.attributes.get(name, {}).get("StringValue") for name in told]
                    about = subject_of(message.body)
                    how = f"in {queue.name}: {message.body[:150]} {why}"
                    yield Broken("stuck", about, how)
        for reader in self.world.shelves.readers:
            if reader.behind:
                yield Broken("stuck", "", f"{reader.behind} records of a stream are not read")
        for (domain, _), items in self.items.items():
            for item in items.values():
                if "detail" in item:
                    how = f"{item['detailType']} is in the outbox of {domain}"
                    yield Broken("stuck", item["subject"], how)

    def kept_for_ever(self) -> Iterator[Broken]:
        """What says when it ends is in a table that forgets it then."""
        for table in self.world.tables.values():
            for item in table.scan():
                if EXPIRES in item and table.expires != EXPIRES:
                    key = item["pk"]["S"]
                    yield Broken("stuck", key.partition("#")[2], f"{key} is never forgotten")
                    break

    def lost(self) -> Iterator[Broken]:
        for order_id, order in self.orders.items():
            if order_id in self.aside.excused:
                continue
            for how in self._lacks(order_id, order):
                yield Broken("lost", order_id, f"order {order_id}: {how}")
        for order_id, invoice in self.invoices.items():
            if order_id not in self.orders:
                how = f"invoice {invoice.get('invoiceNumber')} is of no order"
                yield Broken("duplicated", order_id, how)

    def _lacks(self, order_id: str, order: Item) -> Iterator[str]:
        invoice = self.invoices.get(order_id, {})
        shipment = self.shipments.get(order_id, {})
        number, note = invoice.get("invoiceNumber"), invoice.get("creditNoteNumber")
        if not number or not invoice.get("draft"):
            yield "it has no invoice"
        elif order.get("invoiceNumber") != number:
            yield f"it does not show its invoice {number}"
        elif invoice["draft"]["order"]["total"] != order["placed"]["total"]:
            yield "its invoice is of another total"
        if order["status"] == "CANCELLED" and not note:
            yield "it is cancelled, and was not credited"
        if note and order["status"] != "CANCELLED":
            yield f"it was credited with {note}, and is not cancelled"
        if note and order.get("creditNoteNumber") != note:
            yield f"it does not show its credit note {note}"
        if not shipment.get("plan"):
            yield "its shipment is not planned"
            return
        sent = shipment.get("dispatchedAt")
        held = "OPEN" in shipment.get("tickets", {}).values()
        if not (sent or shipment["isCancelled"] or held):
            yield "it is neither shipped, nor cancelled in time, nor held"
        if sent and order.get("shipmentId") != shipment["plan"]["shipmentId"]:
            yield "it does not show its shipment"
        if order["status"] == "CANCELLED" and not (sent or shipment["isCancelled"]):
            yield "it is cancelled, and its shipment does not know"

    def shipped_in_spite(self) -> Iterator[Broken]:
        """What is known to be cancelled, or held by a ticket, is not shipped."""
        known: dict[tuple[str, str], dict[str, Done]] = defaultdict(dict)
        for done in self.world.done:
            if done.queue in KNOWN_BY_FULFILLMENT:
                event = json.loads(done.body)
                data = event.get("detail", {}).get("data", {})
                about = (str(data.get("orderId")), str(data.get("ticketId")))
                first = known[about].setdefault(event["detail-type"], done)
                since = min(first.had_since, done.had_since)
                known[about][event["detail-type"]] = first._replace(had_since=since)
        for (order_id, ticket_id), events in known.items():
            shipped = self.shipments.get(order_id, {}).get("dispatchedAt")
            # Of what was set aside it is not noted when its function knew it.
            if shipped is None or order_id in self.aside.excused:
                continue
            # The time is that of a function's own clock.
            at = (datetime.fromisoformat(shipped) - BEGIN).total_seconds()
            before, after = at - 2 * APART_S, at + 2 * APART_S
            cancelled, created = events.get("OrderCancelled"), events.get("TicketCreated")
            if cancelled and cancelled.at < before:
                how = f"order {order_id} was shipped after fulfillment knew it to be cancelled"
                yield Broken("untrue", order_id, how)
            resolved = events.get("TicketResolved")
            is_open = resolved is None or resolved.had_since > after
            if created and created.at < before and is_open:
                how = f"order {order_id} was shipped while {ticket_id} was known to be open"
                yield Broken("untrue", order_id, how)

    def numbers(self) -> Iterator[Broken]:
        given = [
            (invoice[name], order_id)
            for order_id, invoice in self.invoices.items()
            for name in ("invoiceNumber", "creditNoteNumber")
            if invoice.get(name)
        ]
        holders: dict[str, list[str]] = defaultdict(list)
        for number, order_id in given:
            holders[number].append(order_id)
        for number, orders in holders.items():
            if len(orders) > 1:
                how = f"{number} was given to {' and '.join(orders)}"
                yield Broken("duplicated", orders[0], how)
        sequences: dict[str, set[int]] = defaultdict(set)
        for number, _ in given:
            sequence, _, count = number.rpartition("-")
            sequences[sequence].add(int(count))
        for sequence, found in sorted(sequences.items()):
            missing = sorted(set(range(1, max(found) + 1)) - found)
            if missing:
                yield Broken("gaps", "", f"{sequence} has no {missing[0]:06d}")

    def set_aside(self) -> Iterator[Broken]:
        """What the partner sent and can never be translated waits for somebody to look at it."""
        dead = [
            message.body
            for queue in self.world.queues.values()
            if queue.name == UNTRANSLATED
            for message in queue.messages
        ]
        for ticket_id in sorted(self.told.wrong - self.aside.excused):
            if not any(WRONG in body and f'"{ticket_id}"' in body for body in dead):
                how = f"what was wrong of {ticket_id} is not in {UNTRANSLATED}"
                yield Broken("lost", ticket_id, how)

    def tickets(self) -> Iterator[Broken]:
        for ticket_id, (order_id, sent) in self.told.tickets.items():
            if ticket_id in self.aside.excused:
                continue
            known = self.items["support", "TICKET"].get(ticket_id)
            if known is None:
                yield Broken("lost", ticket_id, f"{ticket_id} is not known")
                continue
            if (known["created"], known["resolved"]) != (CREATED in sent, RESOLVED in sent):
                yield Broken("lost", ticket_id, f"{ticket_id} is not as it was told: {known}")
            wanted = "RESOLVED" if RESOLVED in sent else "OPEN"
            for holder, (domain, prefix) in HOLDERS.items():
                held = self.items[domain, prefix].get(order_id, {}).get("tickets", {})
                if holder == known["department"] and held.get(ticket_id) != wanted:
                    how = f"{ticket_id} is {wanted}, for {domain} it is {held.get(ticket_id)}"
                    yield Broken("lost", ticket_id, how)
                if holder != known["department"] and ticket_id in held:
                    yield Broken("duplicated", ticket_id, f"{ticket_id} does not concern {domain}")
        for order_id, order in self.orders.items():
            held = self.items["invoicing", "HOLD"].get(order_id, {}).get("tickets", {})
            if order_id in self.aside.excused:
                continue
            if order.get("invoiceOnHold", False) is not ("OPEN" in held.values()):
                how = f"order {order_id} does not show whether its invoice is on hold"
                yield Broken("untrue", order_id, how)

    def demand(self) -> Iterator[Broken]:
        """The units of each product are counted once."""
        ordered, counted, excused = Counter[str](), Counter[str](), Counter[str]()
        for order_id, order in self.orders.items():
            for line in order["placed"]["lines"]:
                ordered[line["sku"]] += int(line["quantity"])
                if order_id in self.aside.excused:
                    excused[line["sku"]] += int(line["quantity"])
        for id, item in self.items["insights", "DEMAND"].items():
            counted[id.rpartition("#")[2]] += int(item["units"])
        for sku in sorted(ordered.keys() | counted.keys()):
            if not ordered[sku] - excused[sku] <= counted[sku] <= ordered[sku]:
                kind = "lost" if counted[sku] < ordered[sku] else "duplicated"
                yield Broken(kind, sku, f"of {sku}, {counted[sku]} are counted of {ordered[sku]}")
