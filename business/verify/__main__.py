"""Verifies a deployed system: `python -m business.verify`.

Exit status: 0 when all is well, 1 when something is not, 2 when it could not be found out.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from accounts import choose
from accounts.choice import Endpoint, OnAws, Profiles
from business.deployed import Deployed
from business.verify.checks import verify
from business.verify.result import Result
from operate import cli
from operate.system import Environment, System

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Within = Annotated[float, typer.Option(min=1, help="Seconds that an order may take to a document.")]


@app.command()
def main(
    assembly: cli.Assembly = Path("cdk.out"),
    endpoint: Endpoint = None,
    aws: OnAws = False,
    profile: Profiles = None,
    within: Within = 60,
    as_json: cli.AsJson = False,
) -> None:
    """Prove a deployed system with real orders of a test customer, which leave nothing to pay."""
    accounts = choose(assembly, endpoint=endpoint, profile_options=profile or (), aws=aws)
    cli.say(f"on {accounts.where}")
    deployed = Deployed(System.of(assembly, accounts, Environment()))
    result = verify(deployed, within, cli.say)
    if as_json:
        cli.print_json(as_object(result))
    else:
        print_result(result)
    if not result.is_well:
        raise typer.Exit(1)


def as_object(result: Result) -> dict[str, object]:
    """The result as JSON."""
    return {
        "well": result.is_well,
        "checks": [vars(check) for check in result.checks],
        "findings": [finding.as_json() for finding in result.findings],
        "books": result.books.as_json() if result.books else None,
        "secondsFromOrderTo": result.times,
        "orders": result.order_ids,
    }


def print_result(result: Result) -> None:
    """Prints the result for a person."""
    console = Console(highlight=False, soft_wrap=True)
    for check in result.checks:
        mark = "[green]ok[/]    " if check.passed else "[red]FAILED[/]"
        console.print(f"{mark} {check.name:<18} {escape(check.told)}")
    for to, took in result.times.items():
        console.print(f"from order to {to}: p50 {took['p50']:.3f} s, max {took['max']:.3f} s")
    for finding in result.findings:
        console.print(f"\n[bold]{escape(finding.hop)}[/] (account {finding.account})")
        console.print(f"  why         {escape(finding.why)}")
        console.print(f"  permission  {finding.permission or 'none is named'}")
        console.print(f"  runbook     {finding.page}")
    console.print("\nall is well" if result.is_well else "\nnot all is well")


if __name__ == "__main__":
    cli.run(app, "python -m business.verify")
