"""What a verification has found: checks, findings, books, times."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

from business.verify.diagnosis import Finding


@dataclass(frozen=True)
class Books:
    """How much the test orders have left in the books; `net` is in minor units, by currency."""

    orders: int
    invoices: int
    credit_notes: int
    shipments: int
    withdrawn: int
    net: dict[str, int]

    @property
    def is_zero(self) -> bool:
        """Whether every order has an invoice, and a shipment if it was not cancelled in time, and
        nobody has to pay anything.
        """
        whole = self.orders == self.invoices == self.shipments + self.withdrawn
        return whole and not any(self.net.values())

    def as_json(self) -> dict[str, object]:
        """The same as JSON."""
        return {
            "orders": self.orders,
            "invoices": self.invoices,
            "creditNotes": self.credit_notes,
            "shipments": self.shipments,
            "cancelledInTime": self.withdrawn,
            "net": self.net,
        }

    def __str__(self) -> str:
        sums = ", ".join(f"{net / 100:.2f} {currency}" for currency, net in self.net.items())
        return (
            f"orders {self.orders} · invoices {self.invoices} · "
            f"credit notes {self.credit_notes} · shipments {self.shipments} · "
            f"cancelled in time {self.withdrawn} · net {sums or 'nothing'}"
        )


@dataclass(frozen=True)
class Check:
    """One thing that was proved, or was not."""

    name: str
    passed: bool
    told: str


@dataclass
class Result:
    """All checks, where it is stuck, and how long orders took: to `invoice`, to `shipment`."""

    checks: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    times: dict[str, dict[str, float]] = field(default_factory=dict)
    order_ids: list[str] = field(default_factory=list)
    books: Books | None = None

    @property
    def is_well(self) -> bool:
        """Whether all is well."""
        return all(check.passed for check in self.checks)

    def took(self, to: str, seconds: Iterable[float | None]) -> None:
        """Notes the median and the longest of the times that are known."""
        known = [each for each in seconds if each is not None]
        if known:
            p50 = round(statistics.median(known), 3)
            self.times[to] = {"p50": p50, "max": round(max(known), 3)}

    def add(self, name: str, failures: list[str], told: str) -> None:
        """Adds a check that passed if there are no failures."""
        self.checks.append(Check(name, not failures, "; ".join(failures) or told))
