"""What a verification has found: checks, findings, books, times."""

import statistics
from dataclasses import dataclass, field

from business.verify.diagnosis import Finding


@dataclass(frozen=True)
class Books:
    """How much the test orders have left in the books; `net` is in minor units, by currency."""

    orders: int
    invoices: int
    credit_notes: int
    net: dict[str, int]

    @property
    def is_zero(self) -> bool:
        """Whether every order has an invoice, and a credit note that takes it back."""
        whole = self.orders == self.invoices == self.credit_notes
        return whole and not any(self.net.values())

    def as_json(self) -> dict[str, object]:
        """The same as JSON."""
        return {
            "orders": self.orders,
            "invoices": self.invoices,
            "creditNotes": self.credit_notes,
            "net": self.net,
        }

    def __str__(self) -> str:
        sums = ", ".join(f"{net / 100:.2f} {currency}" for currency, net in self.net.items())
        return (
            f"orders {self.orders} · invoices {self.invoices} · "
            f"credit notes {self.credit_notes} · net {sums or 'nothing'}"
        )


@dataclass(frozen=True)
class Check:
    """One thing that was proved, or was not."""

    name: str
    passed: bool
    told: str


@dataclass
class Result:
    """All checks, where it is stuck, and how long orders took to their invoices, in seconds."""

    checks: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)
    order_ids: list[str] = field(default_factory=list)
    books: Books | None = None

    @property
    def is_well(self) -> bool:
        """Whether all is well."""
        return all(check.passed for check in self.checks)

    @property
    def times(self) -> dict[str, float] | None:
        """The median and the longest of the times from order to invoice."""
        if not self.took_s:
            return None
        return {"p50": round(statistics.median(self.took_s), 3), "max": round(max(self.took_s), 3)}

    def add(self, name: str, failures: list[str], told: str) -> None:
        """Adds a check that passed if there are no failures."""
        self.checks.append(Check(name, not failures, "; ".join(failures) or told))
