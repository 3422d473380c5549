"""Asks the audit lake: `python -m business.audit "SELECT …"` or `--question order --id ORDER_ID`.

Exit status: 0 with an answer, 2 when there is none.
"""

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from accounts import choose
from accounts.choice import Endpoint, OnAws, Profiles
from business.audit.lake import Answer, NoAnswer, ask
from business.audit.questions import BEGINNING, QUESTIONS, BadQuestion, query
from business.deployed import Deployed
from operate import cli
from operate.errors import OperateError
from operate.system import Environment, System

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Sql = Annotated[str, typer.Argument(help="A SELECT in Athena's SQL; the table is `events`.")]
Question = Annotated[str, typer.Option(help=f"In place of SQL, one of: {', '.join(QUESTIONS)}.")]
Id = Annotated[str, typer.Option(help="What the question is about, such as an order's id.")]
Since = Annotated[str, typer.Option(help="The first day to look at, such as 2026-11-01.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")]
Explain = Annotated[bool, typer.Option("--explain", help="Print the SQL for Athena, ask nothing.")]


@app.command()
def main(
    sql: Sql = "",
    question: Question = "",
    id: Id = "",
    since: Since = BEGINNING,
    assembly: cli.Assembly = Path("cdk.out"),
    endpoint: Endpoint = None,
    aws: OnAws = False,
    profile: Profiles = None,
    as_csv: AsCsv = False,
    explain: Explain = False,
) -> None:
    """Ask about every event of every domain, on AWS (Athena) or the local run (DuckDB)."""
    try:
        asked = query(chosen(sql, question), {"id": id} if id else {}, since)
        if explain:
            print(asked)
            return
        accounts = choose(assembly, endpoint=endpoint, profile_options=profile or (), aws=aws)
        deployed = Deployed(System.of(assembly, accounts, Environment()))
        answer = ask(
            deployed.client("athena", "insights"),
            asked,
            database=deployed.output("insights", "AuditDatabase"),
            work_group=deployed.output("insights", "AuditWorkGroup"),
        )
    except (BadQuestion, NoAnswer) as error:
        raise OperateError(str(error)) from error
    show(answer, as_csv=as_csv)


def chosen(sql: str, question: str) -> str:
    """The SQL to ask. BadQuestion unless there is just one."""
    if bool(sql) == bool(question):
        raise BadQuestion(f"expected SQL, or --question with one of {', '.join(QUESTIONS)}")
    if question and question not in QUESTIONS:
        raise BadQuestion(f"--question {question}: expected one of {', '.join(QUESTIONS)}")
    return sql or QUESTIONS[question]


def show(answer: Answer, *, as_csv: bool) -> None:
    """Prints the answer: a table for a person, or values separated by commas."""
    if as_csv:
        csv.writer(sys.stdout).writerows([answer.columns, *answer.rows])
        return
    table = Table()
    for name in answer.columns:
        table.add_column(name, overflow="fold")
    for row in answer.rows:
        table.add_row(*(value or "" for value in row))
    console = Console()
    console.print(table)
    console.print(f"{len(answer.rows)} rows")


if __name__ == "__main__":
    cli.run(app, "python -m business.audit")
