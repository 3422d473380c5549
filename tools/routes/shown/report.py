"""Shows routes as tables, trees and JSON."""

from typing import Any

from rich.table import Table
from rich.tree import Tree

from routes.journeys.catalog import Way
from routes.journeys.graph import Routes
from routes.journeys.walk import Journey, Outcome, Step
from routes.network.model import Hop
from routes.shown.texts import dead_letter_text, filter_text

_STYLES = {
    Outcome.DELIVERED: "green",
    Outcome.MISSED: "dim",
    Outcome.DENIED: "bold red",
    Outcome.DROPPED: "bold red",
    Outcome.DISABLED: "red",
    Outcome.UNKNOWN: "yellow",
    Outcome.NOT_FOLLOWED: "yellow",
}


def ways_table(ways: list[Way], routes: Routes) -> Table:
    """Returns the table of `list`: a row a hop, indented below the hop that leads to it."""
    table = Table(show_lines=False, expand=False, header_style="bold")
    for column in ("Event", "Hop", "Account", "Filter", "Dead letters", "Ends"):
        table.add_column(column, overflow="fold")
    for way in ways:
        table.add_section()
        table.add_row(f"[bold]{way.label}[/]", way.start.label, way.start.account, "", "", "")
        for trail, step in way.steps.items():
            hop = step.hop
            table.add_row(
                "",
                f"{'  ' * len(trail)}→ {hop.target.label}",
                hop.target.account,
                filter_text(hop),
                _letters(hop, routes),
                f"[{_STYLES[step.outcome]}]{_ending(step)}[/]",
            )
        if not way.consumers():
            table.add_row("", "  reaches no consumer", "", "", "", "[bold red]nobody[/]")
    return table


def ways_json(ways: list[Way], routes: Routes) -> list[dict[str, Any]]:
    """Returns what `list --json` prints."""
    return [
        {
            "source": way.source,
            "detail-type": way.detail_type,
            "start": way.start.arn,
            "hops": [
                {**_hop_json(step.hop, routes), "depth": len(trail), **_outcome_json(step)}
                for trail, step in way.steps.items()
            ],
            "consumers": [place.arn for place in way.consumers()],
        }
        for way in ways
    ]


def journey_tree(journey: Journey, routes: Routes) -> Tree:
    """Returns the tree of `explain`."""
    event = f"{journey.event.get('source')} · {journey.event.get('detail-type')}"
    tree = Tree(f"[bold]{event}[/] on {journey.start.label} ({journey.start.account})")
    for step in journey.steps:
        _add_step(tree, step, routes)
    consumers = ", ".join(place.label for place in journey.consumers())
    tree.add(f"[bold]consumers:[/] {consumers or '[bold red]none[/]'}")
    return tree


def journey_json(journey: Journey, routes: Routes) -> dict[str, Any]:
    """Returns what `explain --json` prints."""
    return {
        "start": journey.start.arn,
        "steps": [_step_json(step, routes) for step in journey.steps],
        "consumers": [place.arn for place in journey.consumers()],
    }


def _add_step(tree: Tree, step: Step, routes: Routes) -> None:
    hop = step.hop
    style = _STYLES[step.outcome]
    account = f" ({hop.target.account})" if hop.target.account else ""
    text = f"{hop.label} → {hop.target.label}{account}: "
    branch = tree.add(f"{text}[{style}]{step.outcome.value}[/]")
    if step.reason:
        branch.add(f"[{style}]{step.reason}[/]")
    redelivery = routes.redelivered(hop)
    if step.outcome is Outcome.DENIED and redelivery:
        waits = (
            f"waits in {redelivery.waiting.label} until {redelivery.function.label} may bring it"
        )
        branch.add(f"[yellow]{waits}[/]")
    for miss in step.misses:
        branch.add(f"[dim]{miss}[/]")
    for onward in step.steps:
        _add_step(branch, onward, routes)


def _letters(hop: Hop, routes: Routes) -> str:
    redelivery = routes.redelivered(hop)
    by = f", redelivered by {redelivery.function.label}" if redelivery else ""
    return f"{dead_letter_text(hop)}{by}"


def _ending(step: Step) -> str:
    if step.is_end and step.outcome is Outcome.DELIVERED:
        return "tap" if step.hop.is_tap else "consumer"
    if step.outcome is Outcome.DELIVERED:
        return ""
    return f"{step.outcome.value}: {step.reason}" if step.reason else step.outcome.value


def _hop_json(hop: Hop, routes: Routes) -> dict[str, Any]:
    redelivery = routes.redelivered(hop)
    return {
        "kind": hop.kind,
        "stack": hop.resource.stack.name,
        "logicalId": hop.resource.logical_id,
        "from": hop.source.arn,
        "to": hop.target.arn,
        "account": hop.target.account,
        "filter": list(hop.patterns()),
        "deadLetter": hop.dead_letter,
        "redeliveredBy": redelivery.function.arn if redelivery else None,
    }


def _outcome_json(step: Step) -> dict[str, Any]:
    return {"outcome": step.outcome.value, "reason": step.reason, "end": step.is_end}


def _step_json(step: Step, routes: Routes) -> dict[str, Any]:
    return {
        **_hop_json(step.hop, routes),
        **_outcome_json(step),
        "misses": [
            {
                "path": miss.path,
                "value": miss.value,
                "wanted": miss.wanted,
                "didYouMean": miss.suggestion,
            }
            for miss in step.misses
        ],
        "steps": [_step_json(onward, routes) for onward in step.steps],
    }
