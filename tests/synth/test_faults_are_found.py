"""Every way to break a route of our own assembly is found, except those listed here."""

import fnmatch
import json
import shutil
import time
from pathlib import Path

import pytest

from routes.checks import run
from routes.checks.base import Context
from routes.journeys.examples import examples_for
from routes.journeys.graph import Routes
from tests.synth.mutations import Template, mutations

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"

# What no check can see in the templates, and why.
NOT_CAUGHT = {
    # Alarms are not events of the system: their topics and keys carry no route.
    "*/AlarmsTopicPolicy*",
    "*/Key*",
    # What a handler reads and writes in its own table is the business of its tests.
    "Orders/PlaceOrderRoleDefaultPolicy*",
    "Orders/GetOrderRoleDefaultPolicy*",
    "Orders/CancelOrderRoleDefaultPolicy*",
    "*(dynamodb:*Item)*",
    # An audit rule that is gone altogether leaves nothing that says it was there.
    "*/BusAuditRule*: deleted",
    # Only code sends to this queue, so what its messages hold is not in the templates.
    "Invoicing/NumberInvoice*: with a filter that nothing passes",
    # Who reads the archive queues, and how long that takes, is outside the system.
    "Invoicing/??ArchiveQueue*: visible at once",
}


def test_every_mutation_that_breaks_a_route_is_found(assembly: Path, tmp_path: Path) -> None:
    templates = _templates(assembly)
    shutil.copy(assembly / "manifest.json", tmp_path)
    missed, count = [], 0
    for mutation in mutations(templates):
        count += 1
        if not _findings(tmp_path, mutation.applied(templates)):
            missed.append(mutation.name)
    assert count > 400
    listed = {pattern: fnmatch.filter(missed, pattern) for pattern in NOT_CAUGHT}
    assert [name for name in missed if not any(name in names for names in listed.values())] == []
    assert [pattern for pattern, names in listed.items() if not names] == []


def test_our_own_assembly_has_no_finding(assembly: Path) -> None:
    routes = Routes.of(assembly)
    context = Context(routes, examples_for(routes, EXAMPLES))
    assert context.examples
    assert run(context) == []
    assert context.left_out == []


def test_the_findings_of_our_own_assembly_take_less_than_two_seconds(assembly: Path) -> None:
    started = time.perf_counter()
    routes = Routes.of(assembly)
    run(Context(routes, examples_for(routes, EXAMPLES)))
    assert time.perf_counter() - started < 2


def _templates(assembly: Path) -> dict[str, Template]:
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in sorted(assembly.glob("*.template.json"))
    }


def _findings(folder: Path, templates: dict[str, Template]) -> list[object]:
    for name, template in templates.items():
        (folder / f"{name}.template.json").write_text(json.dumps(template))
    routes = Routes.of(folder)
    return list(run(Context(routes, examples_for(routes, EXAMPLES))))


@pytest.mark.parametrize("stack", ["Orders", "Invoicing"])
def test_the_mutations_reach_every_stack(assembly: Path, stack: str) -> None:
    assert any(mutation.stack == stack for mutation in mutations(_templates(assembly)))
