"""What a drill came to: the books, compared with what people were told, and where things are."""

from collections.abc import Iterator
from dataclasses import dataclass

from business import books, lake_books, shop
from business.books import Books
from business.drill.visits import Told
from business.lake_books import LakeBooks
from business.left import left
from local.errors import LocalRunError
from local.system import System, wait_until

ASKED_EVERY_S = 1.0


@dataclass(frozen=True)
class Outcome:
    """The books at the end. `left` is what waits and where; `wrong` says of which order what is
    missing, or of nothing (""), and `lost` counts it.
    """

    books: Books
    lake: LakeBooks
    left: dict[str, int]
    wrong: list[tuple[str, str]]
    lost: int

    @property
    def is_well(self) -> bool:
        """Whether the books balance, nothing waits anywhere, and everything told is so."""
        return self.books.balanced and self.lake.balanced and not (self.left or self.wrong)

    @property
    def line(self) -> str:
        """What is wrong, counted."""
        duplicated = self.books.duplicated + self.lake.duplicated
        strays = self.books.strays + self.lake.strays
        return " · ".join(
            [
                f"{self.lost} lost",
                f"{duplicated} duplicated",
                f"{self.books.gaps or 'no'} gaps",
                f"{sum(self.left.values())} stuck",
                *([f"{strays} of nobody"] if strays else []),
            ]
        )


def awaited(system: System, told: Told, within_s: float) -> Outcome:
    """The outcome, as soon as all is well, or as it is after so many seconds."""
    last: list[Outcome] = []

    def is_well() -> bool:
        # What waits is quickly asked for; the books take a second.
        if left(system) and last:
            return False
        last[:] = [of(system, told)]
        return last[0].is_well

    try:
        wait_until(is_well, within_s, "books that balance", ASKED_EVERY_S)
    except LocalRunError:
        return of(system, told)
    return last[0]


def of(system: System, told: Told) -> Outcome:
    """The outcome as it is now."""
    found, lake = books.audit(system), lake_books.audit(system)
    wrong = list(_wrong(system, told, found))
    lost = len({order_id for order_id, _ in wrong}) + lake.lost
    lost += found.lost - len(found.lost_orders)
    return Outcome(found, lake, left(system), wrong, lost)


def _wrong(system: System, told: Told, found: Books) -> Iterator[tuple[str, str]]:
    yield from told.untrue
    orders = shop.orders(system)
    for order_id in told.accepted:
        if order_id not in orders:
            yield order_id, "was accepted, and is not there"
    for order_id in told.cancelled:
        order = orders.get(order_id, {})
        if order and order["status"] != "CANCELLED":
            yield order_id, f"its cancellation was taken, and it is {order['status']}"
    for order_id, order in orders.items():
        if order["status"] == "CANCELLED" and not order.get("creditNoteNumber"):
            yield order_id, "is cancelled, and does not show a credit note"
    for order_id in found.lost_orders:
        yield order_id, _shown(orders[order_id])


def _shown(order: shop.Order) -> str:
    shown = {name: order.get(name) for name in ("status", "invoiceNumber", "shipmentId")}
    return f"is not as the other domains have it, or not finished: it shows {shown}"
