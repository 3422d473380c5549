"""What the books must say after a table went back in time: no number is given twice. No AWS here.

Numbers were announced after the point in time that the restored table knows nothing of. Each stays
with its order, and the counters go on after the last.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

import msgspec

from contracts.invoicing import InvoiceIssued, InvoiceVoided
from contracts.language.envelope import Detail

Item = dict[str, Any]
"""An item of the table as a plain dictionary."""

INVOICE, COUNTERS = "INVOICE#", "COUNTERS#"
"""What the keys of invoices, and of a jurisdiction's counters, begin with."""

INVOICE_NUMBER, CREDIT_NOTE_NUMBER = "invoiceNumber", "creditNoteNumber"
GIVEN_AT = {INVOICE_NUMBER: "issuedAt", CREDIT_NOTE_NUMBER: "voidedAt"}
"""The fields of an invoice that hold a number, and when each was given."""

AWAITED_SINCE = "awaitedSince"
"""What an invoice has only as long as it is not numbered."""

COUNTED = ("invoices", "creditNotes")
"""What a jurisdiction counts."""

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_NUMBER = re.compile(r"(?P<jurisdiction>.+?)(?P<credit>-CN)?-(?P<count>\d{6,})")


class Sequence(NamedTuple):
    """Numbers without gaps: those that one counter of a jurisdiction gives."""

    jurisdiction: str
    counter: str

    def number(self, count: int) -> str:
        """The number that the counter gives at this count."""
        credit = "-CN" if self.counter == "creditNotes" else ""
        return f"{self.jurisdiction}{credit}-{count:06d}"


class Announcement(NamedTuple):
    """An event that told the world a number of an order: `field` is where its invoice has it."""

    order_id: str
    jurisdiction: str
    field: str
    number: str
    at: datetime


@dataclass
class Numbers:
    """The numbers that a table has: of orders by field, and the last that its counters gave."""

    of_orders: dict[str, dict[str, str]] = field(default_factory=dict)
    counted: dict[Sequence, int] = field(default_factory=dict)

    def note(self, item: Item) -> None:
        """Notes the numbers of an item, whatever else it may be."""
        key = str(item["pk"])
        if key.startswith(INVOICE):
            found = {name: item[name] for name in GIVEN_AT if isinstance(item.get(name), str)}
            self.of_orders[key.removeprefix(INVOICE)] = found
        if key.startswith(COUNTERS):
            for counter in COUNTED:
                if isinstance(item.get(counter), int | Decimal):
                    sequence = Sequence(key.removeprefix(COUNTERS), counter)
                    self.counted[sequence] = int(item[counter])

    @property
    def all(self) -> Counter[str]:
        """Every number that an order has, and how many have it."""
        return Counter(number for numbers in self.of_orders.values() for number in numbers.values())

    @property
    def twice(self) -> set[str]:
        """The numbers that more than one order has."""
        return {number for number, times in self.all.items() if times > 1}


@dataclass(frozen=True)
class Plan:
    """What is put over the restored items: numbers by order, and the counters; nothing else.

    `contradictions` are in the announcements themselves: a person has to decide about them. Of a
    number that was announced for two orders, each keeps it.
    """

    adopted: dict[str, list[Announcement]]
    counters: dict[Sequence, int]
    contradictions: list[str]
    twice: frozenset[str] = frozenset()


def announcement(detail_type: str, detail: str) -> Announcement | None:
    """What an event of invoicing announces; None if that is no number."""
    if detail_type == "InvoiceIssued":
        issued = msgspec.json.decode(detail, type=Detail[InvoiceIssued])
        number, where = issued.data.invoice_number, INVOICE_NUMBER
        said: InvoiceIssued | InvoiceVoided = issued.data
        at = issued.metadata.occurred_at
    elif detail_type == "InvoiceVoided":
        voided = msgspec.json.decode(detail, type=Detail[InvoiceVoided])
        number, where = voided.data.credit_note_number, CREDIT_NOTE_NUMBER
        said, at = voided.data, voided.metadata.occurred_at
    else:
        return None
    return Announcement(said.order_id, said.jurisdiction, where, number, at)


def count(number: str) -> tuple[Sequence, int]:
    """The sequence of a number, and its place there. ValueError if it is none of ours."""
    found = _NUMBER.fullmatch(number)
    if not found:
        raise ValueError(f"{number!r} is no number, expected such as IE-000001 or IE-CN-000001")
    counter = "creditNotes" if found["credit"] else "invoices"
    return Sequence(found["jurisdiction"], counter), int(found["count"])


def plan(restored: Numbers, announced: Iterable[Announcement]) -> Plan:
    """What announcements add to a restored table: the first that was said of an order holds."""
    adopted: dict[str, list[Announcement]] = defaultdict(list)
    counters = _last(restored.counted, restored.all)
    contradictions: list[str] = []
    twice: set[str] = set()
    owners: dict[str, str] = {
        number: order_id
        for order_id, numbers in restored.of_orders.items()
        for number in numbers.values()
    }
    known = {order_id: dict(numbers) for order_id, numbers in restored.of_orders.items()}
    for each in sorted(set(announced), key=lambda one: (one.at, one.number, one.order_id)):
        counters = _last(counters, [each.number])
        owner = owners.setdefault(each.number, each.order_id)
        if owner != each.order_id:
            twice.add(each.number)
            contradictions.append(
                f"{each.number} was announced for the orders {owner} and {each.order_id}"
            )
        has = known.setdefault(each.order_id, {})
        if each.field not in has:
            has[each.field] = each.number
            adopted[each.order_id].append(each)
        elif has[each.field] != each.number:
            contradictions.append(
                f"the order {each.order_id} has {has[each.field]}, and {each.number} was "
                f"announced for it at {each.at:%Y-%m-%dT%H:%M:%SZ}"
            )
    return Plan(dict(adopted), counters, contradictions, frozenset(twice))


def missing(restored: Numbers, announced: Iterable[Announcement]) -> list[str]:
    """The numbers between the last of the restored table and the last announced that neither has.

    Numbers have no gaps: where one is missing, an announcement was not found. What the restored
    table has counted before is no question any more.
    """
    seen = set(restored.all) | {each.number for each in announced}
    last = _last(restored.counted, seen)
    return [
        sequence.number(number)
        for sequence, end in sorted(last.items())
        for number in range(restored.counted.get(sequence, 0) + 1, end + 1)
        if sequence.number(number) not in seen
    ]


def unexplained(
    restored: Numbers, announced: Iterable[Announcement], witnesses: Mapping[str, str]
) -> list[str]:
    """What was seen of numbers elsewhere, by number, that was neither restored nor announced."""
    seen = set(restored.all) | {each.number for each in announced}
    return [
        f"{number} {where}" for number, where in sorted(witnesses.items()) if number not in seen
    ]


def witnessed(live: Numbers, last: Mapping[Sequence, int]) -> dict[str, str]:
    """What the table as it is now says of numbers: those of its orders, and where its counters are
    further than the last number that anybody knows.
    """
    told = {
        number: f"is in the table for the order {order_id}"
        for order_id, numbers in live.of_orders.items()
        for number in numbers.values()
    }
    for sequence, counted in live.counted.items():
        if counted > last.get(sequence, 0):
            told[sequence.number(counted)] = "is where a counter of the table stands"
    return told


def with_numbers(item: Item | None, adopted: Iterable[Announcement]) -> Item:
    """The invoice of an order with the numbers announced for it, which are never given anew.

    Of an order that the table does not know it is the numbers alone: the order, when its event
    comes again, makes it whole.
    """
    made = dict(item or {})
    for each in adopted:
        made.setdefault("pk", f"{INVOICE}{each.order_id}")
        made.setdefault("orderId", each.order_id)
        made.setdefault("jurisdiction", each.jurisdiction)
        made[each.field] = each.number
        made[GIVEN_AT[each.field]] = each.at.isoformat()
    if INVOICE_NUMBER in made:
        made.pop(AWAITED_SINCE, None)
    return made


def counters(plan: Plan) -> list[Item]:
    """The counters of each jurisdiction, at the last number that was given or announced."""
    return [
        {"pk": f"{COUNTERS}{jurisdiction}"}
        | {name: plan.counters.get(Sequence(jurisdiction, name), 0) for name in COUNTED}
        for jurisdiction in sorted({sequence.jurisdiction for sequence in plan.counters})
    ]


def told_at(item: Item) -> datetime | None:
    """When the first event came to be that an invoice was made of; None of what is no invoice."""
    told = (item.get(name) for name in ("draft", "cancellation"))
    texts = (each.get("occurredAt") for each in told if isinstance(each, dict))
    try:
        return min(msgspec.convert(text, _Instant) for text in texts if text)
    except (ValueError, msgspec.ValidationError):
        return None


def wrong(found: Numbers, plan: Plan) -> list[str]:
    """What a table that was written to this plan says otherwise: nothing, if all went well."""
    told = [
        f"the order {order_id} has {found.of_orders.get(order_id, {}).get(each.field)}, "
        f"announced was {each.number}"
        for order_id, adopted in plan.adopted.items()
        for each in adopted
        if found.of_orders.get(order_id, {}).get(each.field) != each.number
    ]
    told += [
        f"the counter of {sequence.number(last)} stands at {found.counted.get(sequence, 0)}"
        for sequence, last in plan.counters.items()
        if found.counted.get(sequence, 0) != last
    ]
    return told + [f"{number} is given twice" for number in sorted(found.twice - plan.twice)]


def _last(counted: Mapping[Sequence, int], numbers: Iterable[str]) -> dict[Sequence, int]:
    """Where each sequence stands, when these numbers have been given too."""
    last = dict(counted)
    for number in numbers:
        sequence, place = count(number)
        last[sequence] = max(place, last.get(sequence, 0))
    return last
