"""Every way to break a property that a delivery or an alarm touches is found, but those listed."""

import fnmatch
import json
import shutil
import time
from pathlib import Path

from routes.checks import run
from routes.checks.base import Context, Finding
from routes.journeys.examples import examples_for
from routes.journeys.graph import Routes
from tests.synth.mutations import Template, mutations

# What no check can see in the templates, by resource type, and why.
NOT_CAUGHT = {
    # A default that is as good, or a name that nothing outside the template goes by.
    "ApiGatewayV2::Integration: PayloadFormatVersion removed",
}


def test_every_mutation_that_breaks_a_delivery_or_an_alarm_is_found(
    assembly: Path, tmp_path: Path
) -> None:
    templates = _templates(assembly)
    shutil.copy(assembly / "manifest.json", tmp_path)
    shutil.copytree(assembly / "examples", tmp_path / "examples")
    for name, template in templates.items():
        _write(tmp_path, name, template)
    missed, count = [], 0
    for mutation in mutations(templates):
        count += 1
        _write(tmp_path, mutation.stack, mutation.applied(templates)[mutation.stack])
        if not _findings(tmp_path):
            missed.append(mutation.label)
        _write(tmp_path, mutation.stack, templates[mutation.stack])
    assert count > 700
    listed = {pattern: fnmatch.filter(missed, pattern) for pattern in NOT_CAUGHT}
    assert [name for name in missed if not any(name in names for names in listed.values())] == []
    assert [pattern for pattern, names in listed.items() if not names] == []


def test_our_own_assembly_has_no_finding(assembly: Path) -> None:
    routes = Routes.of(assembly)
    context = Context(routes, examples_for(routes, None))
    assert context.examples
    assert run(context) == []
    assert context.left_out == []


def test_the_findings_of_our_own_assembly_take_less_than_two_seconds(assembly: Path) -> None:
    started = time.process_time()
    routes = Routes.of(assembly)
    run(Context(routes, examples_for(routes, None)))
    assert time.process_time() - started < 2


def test_the_mutations_reach_every_type_that_is_looked_at(assembly: Path) -> None:
    templates = _templates(assembly)
    there = {
        each["Type"] for template in templates.values() for each in template["Resources"].values()
    }
    reached = {mutation.kind for mutation in mutations(templates)}
    assert {"AWS::Events::Rule", "AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping"} <= reached
    assert reached <= there


def _templates(assembly: Path) -> dict[str, Template]:
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in sorted(assembly.glob("*.template.json"))
    }


def _write(folder: Path, name: str, template: Template) -> None:
    (folder / f"{name}.template.json").write_text(json.dumps(template))


def _findings(folder: Path) -> list[Finding]:
    routes = Routes.of(folder)
    return run(Context(routes, examples_for(routes, None)))
