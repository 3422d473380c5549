"""What people and the partner do: they order, ask again, cancel, and open tickets."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from contracts.support import CREATED, RESOLVED, UPDATED
from simulate.outside import Answer, Outside

ORDERS = 20
ACTIVE_S = 2 * 3600.0
"""For how long there are new orders, and faults."""

WELL_AGAIN_S = ACTIVE_S + 7 * 3600.0
"""When nothing lasts any more that keeps people from ordering."""

LOCATIONS = ("us-west", "us-east", "eu-west", "eu-east")
DEPARTMENTS = ("billing", "billing", "fulfillment", "fulfillment", "sales")

STATUS = {CREATED: "open", UPDATED: "waiting for the customer", RESOLVED: "closed"}

KEYS, SKUS = 7, 4
"""So few that customers choose the same key, and that an order has a product twice."""

RUSHES, WITHIN_S = (0.2, 0.5, 0.9), (0.1, 2.0)
"""The shares of the customers who come in a rush, and how long it lasts."""

ASKED_AGAIN = 8
REMEMBERED_S = 23 * 3600.0
"""An idempotency key is good for a day; clocks may be apart."""

WRONG = "of no such order"
"""What events of the partner name that are none of a ticket, and can never be translated."""


@dataclass
class Told:
    """What people were told, and what the partner sent."""

    accepted: dict[str, str] = field(default_factory=dict)
    """Who placed each order whose id was told, by the id."""
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    """The id that each customer's idempotency key was first answered with."""
    cancelled: set[str] = field(default_factory=set)
    """Orders whose cancellation was taken."""
    untrue: list[tuple[str, str]] = field(default_factory=list)
    """Answers that contradict one before: which order, and how."""
    tickets: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    """The order of each ticket, and what was sent of it."""
    wrong: set[str] = field(default_factory=set)
    """Tickets of which something was sent that can never be translated."""


def begin(outside: Outside) -> int:
    """Starts twenty customers, the last of them when all is well again."""
    outside.memory = Told()
    for number in range(1, ORDERS + 1):
        name = f"customer-{number}"
        at = _moment(outside, number) if number < ORDERS else WELL_AGAIN_S
        outside.start(name, at, _customer(outside, name, number))
    return ORDERS


def _moment(outside: Outside, number: int) -> float:
    """Some of them come in a rush."""
    if outside.chance.number("rush", number) < outside.chance.pick(RUSHES, "rush"):
        rush = outside.chance.between(0, ACTIVE_S * 0.5, "the rush")
        lasts = outside.chance.pick(WITHIN_S, "rush lasts")
        return rush + outside.chance.between(0, lasts, "in the rush", number)
    return outside.chance.between(0, ACTIVE_S * 0.9, "at", number)


def _customer(outside: Outside, name: str, number: int) -> Callable[[], None]:
    def acts() -> None:
        chance, told = outside.chance, outside.memory
        key = f"key-{number % KEYS}" if chance.number("has key", number) < 0.8 else None
        order = _order(outside, name, number)
        body = json.dumps(order)
        order_id = _place(outside, name, key, body, "first")
        if order_id is None:
            if number == ORDERS:
                told.untrue.append((name, "a good order is not taken, hours after the last fault"))
            return
        told.accepted[order_id] = name
        if number == ORDERS:
            _all_is_well(outside, name, order_id)
            return
        if chance.number("ticket", number) < 0.35:
            outside.start(f"ticket-{number}", outside.now, _partner(outside, number, order_id))
        if key and chance.number("again", number) < 0.25:
            outside.sleep(10 ** chance.between(-1, 4, "again after", number))
            _place(outside, name, key, body, "again")
        if key and chance.number("misuses", number) < 0.15:
            outside.sleep(10 ** chance.between(-1, 3, "misuses after", number))
            _misuse(outside, name, key, json.dumps(order | {"lines": order["lines"] * 2}))
        if chance.number("cancels", number) < 0.3:
            outside.sleep(10 ** chance.between(-2, 3.5, "cancels after", number))
            _cancel(outside, name, order_id)
        if chance.number("looks", number) < 0.3:
            outside.sleep(10 ** chance.between(0, 3, "looks after", number))
            _look(outside, name, order_id)

    return acts


def _order(outside: Outside, name: str, number: int) -> dict[str, Any]:
    chance = outside.chance
    return {
        "customerId": name,
        "location": chance.pick(LOCATIONS, "location", number),
        "lines": [
            {
                "sku": f"sku-{chance.whole(1, SKUS, 'sku', number, line)}",
                "quantity": chance.whole(1, 5, "quantity", number, line),
                "unitPrice": chance.whole(0, 9_999, "price", number, line),
            }
            for line in range(chance.whole(1, 3, "lines", number))
        ],
    }


def _misuse(outside: Outside, name: str, key: str, body: str) -> None:
    """Orders something else with a key that has its order: that is refused, for as long as the key
    is known.
    """
    for number in range(ASKED_AGAIN):
        asked = f"{name} misuses {number}"
        answer = outside.request(asked, "POST", "/orders", body, {"idempotency-key": key})
        if (_is_final(answer) and answer.status != 422) or answer.status == 202:
            told = f"another order with its key was answered with {answer.status}"
            outside.memory.untrue.append((outside.memory.keys[name, key], told))
        if answer.status in (202, 422):
            return
        outside.sleep(outside.chance.between(0.2, 60, "misuses again", asked))


def _place(outside: Outside, name: str, key: str | None, body: str, which: str) -> str | None:
    """Orders, with a key as often as needs be; returns the id that is told."""
    headers = {"idempotency-key": key} if key else {}
    began = outside.now
    for number in range(ASKED_AGAIN if key else 1):
        asked = f"{name} {which} {number}"
        answer = outside.request(asked, "POST", "/orders", body, headers)
        if answer.status == 202:
            order_id: str = json.loads(answer.body)["orderId"]
            told: Told = outside.memory
            if key:
                first = told.keys.setdefault((name, key), order_id)
                if first != order_id and outside.now - began < REMEMBERED_S:
                    told.untrue.append((first, f"{key} was answered with {order_id} later"))
            return order_id
        if _is_final(answer):
            told = outside.memory
            told.untrue.append((name, f"a good order was answered with {answer.status}"))
            return None
        outside.sleep(outside.chance.between(0.2, 60, "asks again", asked))
    return None


def _cancel(outside: Outside, name: str, order_id: str) -> None:
    for number in range(ASKED_AGAIN):
        asked = f"{name} cancels {number}"
        answer = outside.request(asked, "POST", f"/orders/{order_id}/cancel")
        if answer.status == 202:
            outside.memory.cancelled.add(order_id)
            _look(outside, name, order_id)
            return
        if answer.status == 404:
            outside.memory.untrue.append((order_id, "an accepted order was not found"))
        if _is_final(answer):
            return
        outside.sleep(outside.chance.between(0.2, 60, "cancels again", asked))


def _look(outside: Outside, name: str, order_id: str) -> None:
    told: Told = outside.memory
    is_cancelled = order_id in told.cancelled
    answer = outside.request(f"{name} looks {is_cancelled}", "GET", f"/orders/{order_id}")
    if answer.status == 404:
        told.untrue.append((order_id, "an accepted order was not found"))
    if answer.status == 200 and is_cancelled and json.loads(answer.body)["status"] != "CANCELLED":
        told.untrue.append((order_id, "a cancelled order was not shown so"))


def _all_is_well(outside: Outside, name: str, order_id: str) -> None:
    """Looks at an order and cancels it, hours after the last fault: both are answered at once. It
    may be shipped by then.
    """
    path = f"/orders/{order_id}"
    for method, where, right in (("GET", path, (200,)), ("POST", f"{path}/cancel", (202, 409))):
        answer = outside.request(f"{name} {method} well", method, where)
        if answer.status not in right:
            told = f"{method} {where} was answered with {answer.status}, hours after the last fault"
            outside.memory.untrue.append((order_id, told))
        if answer.status == 202:
            outside.memory.cancelled.add(order_id)


def _is_final(answer: Answer) -> bool:
    return answer.status is not None and 400 <= answer.status < 500


def _partner(outside: Outside, number: int, order_id: str) -> Callable[[], None]:
    """Opens a ticket about the order, tells of it, and mostly resolves it."""

    def acts() -> None:
        chance, told = outside.chance, outside.memory
        ticket_id = f"ticket-{number}"
        department = chance.pick(DEPARTMENTS, "department", number)
        outside.sleep(10 ** chance.between(-1, 3, "opens after", number))
        told.tickets[ticket_id] = (order_id, set())
        steps = [CREATED]
        if chance.number("updates", number) < 0.3:
            steps.append(UPDATED)
        if chance.number("resolves", number) < 0.8:
            steps.append(RESOLVED)
            if chance.number("resolves again", number) < 0.25:
                steps.append(RESOLVED)
        for at, step in enumerate(steps):
            # Support keeps to the department that it hears of first.
            moved = at > 0 and chance.number("moves", number, at) < 0.1
            told.tickets[ticket_id][1].add(step)
            detail = _detail(ticket_id, order_id, "sales" if moved else department, step)
            outside.put_event(f"{ticket_id} {at} {step}", step, json.dumps(detail))
            outside.sleep(10 ** chance.between(-1, 3.2, "next step", number, at))
        if chance.number("wrong", number) < 0.5:
            told.wrong.add(ticket_id)
            detail = _detail(ticket_id, WRONG, department, UPDATED)
            outside.put_event(f"{ticket_id} wrong", UPDATED, json.dumps(detail))

    return acts


def _detail(ticket_id: str, order_id: str, department: str, detail_type: str) -> dict[str, str]:
    return {
        "ticketId": ticket_id,
        "orderId": order_id,
        "department": department,
        "creator": "jane@example.com",
        "status": STATUS[detail_type],
    }
