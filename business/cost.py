"""What a million orders cost: counted on the local run, beside two other designs.

`python -m business.cost` prints it; with `--write` it goes into docs/cost.md.
"""

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from business import designs, shop
from business.demo import customers
from cost import bill, custom_metrics, fixed, prices, report
from local import cli, control, running
from local.paths import ASSEMBLY
from local.system import System

DOCUMENT = Path("docs/cost.md")
WARM_UP = 8
INDEX_WRITES = {"awaited": 2}
"""How often an order writes to each index: what awaits its invoice comes into `awaited`, and goes
out of it when it is numbered, a write of the index each.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""

_UNIQUE_ENDS = re.compile(r"[0-9A-F]{8}$")


class CostError(Exception):
    """Something of the templates costs, and nobody says how much."""


def main(
    orders: Annotated[int, typer.Option(min=1, help="How many to count.")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    write: Annotated[bool, typer.Option("--write", help=f"Write {DOCUMENT} too.")] = False,
    assembly: Annotated[Path, typer.Option(help="The cloud assembly.")] = ASSEMBLY,
) -> None:
    """Counts what orders need on the local run, and prices a million of them."""
    with running.temporary_system(assembly) as system:
        counted = [*count(system, orders), *of_indexes(assembly)]
        metrics = custom_metrics.monthly(clients_by_account(system))
    listed = prices.read()
    bills = report.bills(
        {
            "events (this one)": counted,
            "synchronous chain": designs.synchronous_chain(counted),
            "straight to queues": designs.straight_to_queues(counted),
        },
        listed,
    )
    monthly = [*fixed.monthly(assembly), metrics]
    said = report.markdown(bills, monthly, listed, designs.ASSUMPTIONS)
    if as_json:
        cli.console.print_json(json.dumps(report.as_json(bills, monthly, listed)))
    else:
        cli.console.print(said, markup=False)
    if write:
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(report.rewritten(text, said), encoding="utf-8")


def count(system: System, orders: int) -> list[bill.Quantity]:
    """What one order needs, from its POST until it shows its invoice and its shipment, and its
    document is there.
    """
    with Progress(disable=True) as progress:
        _await_all(system, progress, customers.place(system, progress, 0, WARM_UP))
        before = control.counts(system.emulator)
        _await_all(system, progress, customers.place(system, progress, WARM_UP, orders))
    counted = bill.difference(before, control.counts(system.emulator))
    # No function scans: those are this measurement's own looks at the tables.
    counted = [line for line in counted if line["what"] != "dynamodb:Scan"]
    names = Names(system)
    return bill.quantities(counted, orders, names, names.memory_mb)


def of_indexes(assembly: Path) -> list[bill.Quantity]:
    """What the indexes of the tables are written for one order: no count of calls sees that.

    CostError for an index of the templates that INDEX_WRITES does not know.
    """
    found = fixed.indexes(assembly)
    unknown = [name for name in found if name not in INDEX_WRITES]
    if unknown:
        raise CostError(f"INDEX_WRITES does not say how often an order writes to {unknown}")
    return [bill.Quantity(f"index {name}", "dynamodb-write", INDEX_WRITES[name]) for name in found]


def clients_by_account(system: System) -> dict[str, Any]:
    """A client of CloudWatch for each account of the stacks."""
    return {
        stack.account: system.client("cloudwatch", label) for label, stack in system.stacks.items()
    }


def _await_all(system: System, progress: Progress, order_ids: list[str]) -> None:
    """Waits for invoices and shipments, and until the last documents are rendered: no queue with a
    function holds anything.
    """
    customers.await_invoices(system, progress, order_ids)
    customers.await_shipments(system, progress, order_ids)
    shop.await_drained(system)


class Names:
    """What the account and the place of a count are called, for a person."""

    def __init__(self, system: System) -> None:
        self._domains = {stack.account: label for label, stack in system.stacks.items()}
        self._memory = {
            function: system.client("lambda", label).get_function_configuration(
                FunctionName=function
            )["MemorySize"]
            for label in system.stacks
            for function in system.resources(label, "AWS::Lambda::Function").values()
        }
        self._functions = {
            physical: _UNIQUE_ENDS.sub("", logical)
            for label in system.stacks
            for logical, physical in system.resources(label, "AWS::Lambda::Function").items()
        }

    def __call__(self, account: str, where: str) -> str:
        """The domain, and in it the function or the place, without ids."""
        domain = self._domains.get(account, account)
        if where.startswith("/"):
            return domain
        name = self._functions.get(where, re.split("[:/]", where)[-1])
        return f"{domain} {name}".strip()

    def memory_mb(self, function: str) -> float:
        """The memory of a function."""
        return float(self._memory[function])


if __name__ == "__main__":
    typer.run(main)
