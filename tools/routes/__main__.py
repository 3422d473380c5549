"""The commands: list, explain, check, diagram, diff, docs, codes."""

import json
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from routes.checks import CODES, acceptance, run
from routes.checks.base import Context, Finding
from routes.journeys.catalog import ways
from routes.journeys.examples import Example, ExampleError, examples_for, read_event, starts
from routes.journeys.graph import Routes
from routes.journeys.walk import walk
from routes.order.plan import plan
from routes.reading.assembly import AssemblyError
from routes.shown.difference import changes, changes_json, changes_table
from routes.shown.documents import DocumentError, rewritten
from routes.shown.findings import (
    codes_markdown,
    findings_json,
    findings_sarif,
    findings_table,
)
from routes.shown.mermaid import mermaid
from routes.shown.order import plan_json, plan_lines
from routes.shown.report import journey_json, journey_tree, ways_json, ways_table
from routes.shown.svg import svg

app = typer.Typer(
    help="Proves from the synthesized templates who gets which event, before anything deploys.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_NARROWEST = 160
_CONFIG = Path("routes.toml")


class Form(StrEnum):
    """The forms of a diagram."""

    MERMAID = "mermaid"
    SVG = "svg"


class FailOn(StrEnum):
    """From which severity on `check` fails, the gravest first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


AssemblyFolder = Annotated[Path, typer.Argument(help="The cloud assembly that cdk synth wrote.")]
Events = Annotated[
    Path | None,
    typer.Option("--events", help="A folder of events; default: the assembly's own `examples`."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_routes(
    assembly: AssemblyFolder = Path("cdk.out"), events: Events = None, as_json: AsJson = False
) -> None:
    """Every event, each hop it takes, and its final consumers."""
    routes = _routes(assembly)
    found = ways(routes, _examples(routes, events))
    if as_json:
        _print_json(ways_json(found, routes))
    else:
        _console().print(ways_table(found, routes))


@app.command()
def explain(
    event: Annotated[Path, typer.Argument(help="A file with one EventBridge event.")],
    assembly: AssemblyFolder = Path("cdk.out"),
    bus: Annotated[
        str | None, typer.Option(help="The bus it is put on; default: its domain's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walks one event: each hop it meets, matched or not and why, to the end."""
    routes = _routes(assembly)
    try:
        example = Example(event.name, read_event(event))
        buses = [routes.bus_named(bus)] if bus else starts(routes, example)
    except (ExampleError, KeyError) as error:
        raise typer.BadParameter(str(error.args[0])) from None
    if not buses:
        known = ", ".join(sorted(each.name for each in routes.buses))
        raise typer.BadParameter(
            f"no domain publishes {example.label}: name the bus with --bus ({known})"
        )
    journeys = [walk(routes, example.event, each) for each in buses]
    if as_json:
        _print_json([journey_json(journey, routes) for journey in journeys])
        return
    for journey in journeys:
        _console().print(journey_tree(journey, routes))


@app.command()
def check(
    assembly: AssemblyFolder = Path("cdk.out"),
    events: Events = None,
    as_json: AsJson = False,
    as_sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="Severities by code; default: routes.toml, if it is there.")
    ] = None,
    known: Annotated[
        Path | None, typer.Option("--baseline", help="Findings that are accepted: not shown.")
    ] = None,
    write_known: Annotated[
        Path | None, typer.Option("--write-baseline", help="Accept today's findings, in a file.")
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="The lightest finding that fails the check.")
    ] = FailOn.ERROR,
) -> None:
    """Proves the routes. Exit status 1 on any error that no baseline accepts, 2 on bad input."""
    routes = _routes(assembly)
    context = Context(routes, _examples(routes, events))
    findings = run(context)
    try:
        if config is not None or _CONFIG.is_file():
            findings = acceptance.weighed(findings, acceptance.configured(config or _CONFIG, CODES))
        accepted = acceptance.baseline(known) if known else []
    except acceptance.AcceptanceError as error:
        raise typer.BadParameter(str(error)) from None
    if write_known is not None:
        write_known.write_text(acceptance.as_baseline(findings), encoding="utf-8")
        typer.echo(f"{write_known}: {len(findings)} findings are accepted")
        return
    findings, gone = acceptance.new_ones(findings, accepted)
    context.left_out += [f"{each} is found no more: take it out of the baseline" for each in gone]
    if as_sarif:
        _print_json(findings_sarif(findings, CODES, routes.assembly.stacks))
    elif as_json:
        _print_json(findings_json(findings, context.left_out))
    else:
        _print_findings(findings, context)
    severities = list(FailOn)
    failing = severities[: severities.index(fail_on) + 1]
    if any(finding.severity in failing for finding in findings):
        raise typer.Exit(1)


@app.command()
def diagram(
    assembly: AssemblyFolder = Path("cdk.out"),
    form: Annotated[Form, typer.Option("--format", help="What to draw.")] = Form.MERMAID,
    output: Annotated[Path | None, typer.Option(help="A file; default: standard output.")] = None,
) -> None:
    """Draws the system: accounts as boxes, hops with their filter; SVG shows dead letters too."""
    draw = mermaid if form is Form.MERMAID else svg
    drawn = draw(_routes(assembly))
    if output is None:
        typer.echo(drawn, nl=False)
    else:
        output.write_text(drawn, encoding="utf-8")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The cloud assembly before.")],
    new: Annotated[Path, typer.Argument(help="The cloud assembly after.")] = Path("cdk.out"),
    events: Events = None,
    as_json: AsJson = False,
) -> None:
    """Which events gain or lose which consumers, and in which order to deploy the change."""
    before, after = _routes(old), _routes(new)
    found = changes(ways(before, _examples(before, events)), ways(after, _examples(after, events)))
    order = plan(before.assembly, after.assembly)
    if as_json:
        _print_json({"changes": changes_json(found), "order": plan_json(order)})
        return
    console = _console()
    console.print(changes_table(found) if found else "no event gains or loses a consumer")
    console.print("\nThe order of a deploy:", style="bold")
    for line in plan_lines(order):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
def docs(
    documents: Annotated[list[Path], typer.Argument(help="Markdown files with parts to write.")],
    assembly: Annotated[Path, typer.Option(help="The assembly that they show.")] = Path("cdk.out"),
) -> None:
    """Rewrites what stands between `<!-- routes: NAME -->` and `<!-- routes: end -->`."""
    routes = _routes(assembly)
    written = {}
    for document in documents:
        try:
            written[document] = rewritten(document.read_text(encoding="utf-8"), routes)
        except (OSError, DocumentError) as error:
            raise typer.BadParameter(f"{document}: {error}") from None
    for document, text in written.items():
        document.write_text(text, encoding="utf-8")


@app.command()
def codes() -> None:
    """Every code of `check`, as Markdown: what, why, how to mend it."""
    typer.echo(codes_markdown(CODES), nl=False)


def _print_findings(findings: list[Finding], context: Context) -> None:
    console = _console()
    if findings:
        console.print(findings_table(findings))
    counts = Counter(finding.severity for finding in findings)
    told = ", ".join(f"{counts[severity]} {severity}s" for severity in ("error", "warning", "note"))
    console.print(f"{len(context.routes.hops)} hops, {len(context.examples)} examples: {told}")
    for reason in context.left_out:
        console.print(f"left out: {reason}")


def _routes(assembly: Path) -> Routes:
    try:
        return Routes.of(assembly)
    except AssemblyError as error:
        raise typer.BadParameter(str(error)) from None


def _examples(routes: Routes, events: Path | None) -> list[Example]:
    try:
        return examples_for(routes, events)
    except ExampleError as error:
        raise typer.BadParameter(str(error)) from None


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_NARROWEST)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    app(prog_name="python -m routes")
