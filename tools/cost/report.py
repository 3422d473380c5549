"""Bills beside each other, as text, Markdown and JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cost.bill import ASSUMPTIONS, MILLION, Line, Quantity, bill
from cost.prices import Prices

TIME = "lambda-gb-second"
"""The one unit that depends on the machine that counted."""

BEGIN, END = "<!-- cost: begin -->", "<!-- cost: end -->"


class ReportError(Exception):
    """A document without the place for the report."""


def total(lines: Iterable[Line]) -> float:
    """USD for a million requests."""
    return sum(line.usd for line in lines)


def markdown(
    designs: Mapping[str, Sequence[Line]],
    fixed: Sequence[Quantity],
    prices: Prices,
    assumptions: Sequence[str] = (),
) -> str:
    """The designs by service, the hops of the first, what is fixed, and every assumption."""
    first, names = next(iter(designs.values())), list(designs)
    services = sorted({line.service for lines in designs.values() for line in lines})
    rows = [["USD for a million", *names]]
    for service in services:
        sums = [total(x for x in lines if x.service == service) for lines in designs.values()]
        rows.append([service, *(f"{usd:.2f}" for usd in sums)])
    times = [total(x for x in lines if x.unit == TIME) for lines in designs.values()]
    rows.append(["of which Lambda's time", *(f"{usd:.2f}" for usd in times)])
    rows.append(["**all**", *(f"**{total(lines):.1f}**" for lines in designs.values())])
    hops = [["service", "hop", "unit", "a request", "USD for a million"]]
    for line in first:
        sure = "" if line.verified else " ~"
        hops.append(
            [line.service, line.hop, line.unit, f"{line.per_request:.3g}", f"{line.usd:.2f}{sure}"]
        )
    months = [["a month", "how many", "USD"]]
    for each in fixed:
        months.append(
            [each.hop, f"{each.amount:,.0f}", f"{each.amount * prices.of(each.unit).usd:.2f}"]
        )
    parts = [
        f"Prices of {prices.region}, collected {prices.collected}; `~` marks a price that is not "
        "verified for this region.",
        _table(rows),
        f"By hop, {names[0]}:",
        _table(hops),
        "Besides, whatever comes:",
        _table(months),
        "Assumed:",
        "\n".join(f"- {each}" for each in (*ASSUMPTIONS, *assumptions)),
    ]
    return "\n\n".join(parts) + "\n"


def as_json(
    designs: Mapping[str, Sequence[Line]], fixed: Sequence[Quantity], prices: Prices
) -> dict[str, Any]:
    """The same, for a machine."""
    return {
        "requests": MILLION,
        "region": prices.region,
        "collected": prices.collected.isoformat(),
        "designs": {
            name: {"usd": total(lines), "lines": [asdict(line) for line in lines]}
            for name, lines in designs.items()
        },
        "monthly": [
            {**asdict(each), "usd": each.amount * prices.of(each.unit).usd} for each in fixed
        ],
    }


def rewritten(document: str, report: str) -> str:
    """A document with the report between its markers. ReportError where it has none."""
    if document.count(BEGIN) != 1 or document.count(END) != 1:
        raise ReportError(f"expected one {BEGIN} and one {END}")
    head, rest = document.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{report}{END}{tail}"


def bills(designs: Mapping[str, Sequence[Quantity]], prices: Prices) -> dict[str, list[Line]]:
    """The bill of each design."""
    return {name: bill(quantities, prices) for name, quantities in designs.items()}


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])
