"""The commands: list, explain, check, diagram, diff."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from routes.assembly import AssemblyError
from routes.catalog import ways
from routes.examples import Example, ExampleError, examples_for, read_event, starts
from routes.graph import Routes
from routes.report import journey_json, journey_tree, ways_json, ways_table
from routes.walk import walk

app = typer.Typer(
    help="Proves from the synthesized templates who gets which event, before anything deploys.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_NARROWEST = 160

AssemblyFolder = Annotated[Path, typer.Argument(help="The cloud assembly that cdk synth wrote.")]
Events = Annotated[
    Path | None,
    typer.Option("--events", help="A folder of events; default: the contracts' golden examples."),
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
        _print_json(ways_json(found))
    else:
        _console().print(ways_table(found))


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
        known = ", ".join(sorted(each.name for each in routes.buses()))
        raise typer.BadParameter(
            f"no domain publishes {example.label}: name the bus with --bus ({known})"
        )
    journeys = [walk(routes, example.event, each) for each in buses]
    if as_json:
        _print_json([journey_json(journey) for journey in journeys])
        return
    for journey in journeys:
        _console().print(journey_tree(journey))


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
