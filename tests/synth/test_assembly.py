"""How the cloud assembly comes to be: alone, the same each time, with few assets."""

import json
from pathlib import Path

import pytest

from routes.checks import run
from routes.checks.base import Context
from routes.journeys.examples import examples_for
from routes.journeys.graph import Routes
from stacks.names import construct_id
from stacks.topology import DOMAINS
from tests.conftest import ROOT, synthesize
from tests.synth import made_up, template
from tests.synth.conftest import Templates
from tests.synth.made_up import Extended
from tests.synth.sources import contract_modules
from tests.synth.template import Template, stacks_of, target

DEAD_PORT = "http://127.0.0.1:9"

VALIDATED = "validation-report.json"
"""What `make synth` writes besides."""

NOT_SHIPPED = {Path("contracts/language/schemas.py")}
"""Modules of what is shipped that only synth needs."""


def contents(folder: Path) -> dict[Path, bytes]:
    """The files of a folder, by their path in it."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def code(stack: Template) -> str:
    """The key of the asset that every function of a stack is made of."""
    (key,) = {one["Code"]["S3Key"] for one in stack.of("AWS::Lambda::Function").values()}
    assert isinstance(key, str)
    return key


def layer(stack: Template) -> str:
    """The key of the asset of the third-party packages."""
    (one,) = stack.of("AWS::Lambda::LayerVersion").values()
    return target(one["Content"]["S3Key"])


def test_the_domains_of_the_assembly_are_those_of_the_topology(assembly: Path) -> None:
    assert template.read(assembly).keys() == set(DOMAINS)
    assert stacks_of(assembly).keys() - {"Monitoring"} == {construct_id(one) for one in DOMAINS}


def test_synth_is_the_same_each_time_with_no_credentials_and_no_network(
    assembly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, DEAD_PORT)
        monkeypatch.setenv(name.upper(), DEAD_PORT)
    again = tmp_path / "cdk.out"
    done = synthesize(again)
    assert done.returncode == 0, done.stderr
    written = sorted(path.name for path in assembly.iterdir() if path.name != VALIDATED)
    assert sorted(path.name for path in again.iterdir()) == written
    for path in assembly.glob("*.template.json"):
        assert (again / path.name).read_text() == path.read_text()
    assert (again / "manifest.json").read_text() == (assembly / "manifest.json").read_text()


def test_the_golden_examples_are_part_of_the_assembly(assembly: Path, extended: Extended) -> None:
    for outdir, sources in ((assembly, ROOT), (extended.assembly, extended.sources)):
        written = contents(outdir / "examples")
        published = contents(sources / "contracts" / "examples")
        received = contents(sources / "contracts" / "received")
        assert published
        topology = {"account": "", "region": ""}
        for name, text in published.items():
            assert json.loads(written[name]) | topology == json.loads(text) | topology
        assert written.keys() - published.keys() == {Path("received", name) for name in received}


def test_an_example_of_what_comes_from_outside_has_the_source_that_it_has_there(
    every_app: Templates, assembly: Path
) -> None:
    received = [event for stack in every_app.values() for event in stack.said.get("receives", [])]
    assert received
    examples = [json.loads(path.read_text()) for path in assembly.glob("examples/received/*/*")]
    assert {(one["source"], one["detail-type"]) for one in examples} == {
        (one["source"], one["detail-type"]) for one in received
    }


@pytest.mark.parametrize("topology", ["one_account", "alone", "production", "with_partner"])
def test_routes_finds_nothing_wrong_in_any_topology(extended: Extended, topology: str) -> None:
    routes = Routes.of(getattr(extended, topology))
    found = run(Context(routes, examples_for(routes, None)))
    assert [one for one in found if one.severity != "note"] == []


def test_there_is_no_custom_resource_and_no_nested_stack(stack: Template) -> None:
    for resource in stack.body["Resources"].values():
        assert resource["Type"].startswith("AWS::")
        assert not resource["Type"].startswith("AWS::CloudFormation::")


def test_a_domain_has_one_asset_for_its_code_and_one_layer_that_all_share(
    every_app: Templates,
) -> None:
    assert len({layer(stack) for stack in every_app.values()}) == 1
    assert len({code(stack) for stack in every_app.values()}) == len(every_app)
    for stack in every_app.values():
        assert stack.assets.keys() == {code(stack), layer(stack)}


def test_the_asset_of_a_domain_is_its_own_code_the_runtime_and_the_contracts_it_needs(
    stack: Template,
) -> None:
    lambdas, contracts = stack.sources / "lambdas", stack.sources / "contracts"
    expected = {Path("contracts/__init__.py"): contracts / "__init__.py"}
    for package in (stack.package, "eventing"):
        for path in (lambdas / package).rglob("*.py"):
            expected[path.relative_to(lambdas)] = path
    for path in (contracts / "language").rglob("*.py"):
        expected[path.relative_to(stack.sources)] = path
    for source, path in contract_modules(contracts).items():
        needed = {source for source, _ in stack.events("publishes") | stack.events("subscribes")}
        if source in needed:
            expected[path.relative_to(stack.sources)] = path
    shipped = {name: path for name, path in expected.items() if name not in NOT_SHIPPED}
    assert contents(stack.assets[code(stack)]) == {
        name: path.read_bytes() for name, path in shipped.items()
    }


def test_the_layer_is_third_party_packages_without_those_of_lambdas_runtime(
    stack: Template,
) -> None:
    third_party = {path.name for path in (stack.assets[layer(stack)] / "python").iterdir()}
    assert {"msgspec", "aws_lambda_powertools"} <= third_party
    assert not {"boto3", "botocore"} & third_party


def test_a_change_of_a_file_changes_the_assets_that_hold_it_and_no_other(
    extended: Extended, extended_templates: Templates
) -> None:
    for file, outdir in extended.changed.items():
        changed = {
            domain
            for domain, stack in template.read(outdir, extended.sources).items()
            if code(stack) != code(extended_templates[domain])
        }
        assert changed == holders(file, extended_templates), file
        assert made_up.DOMAIN in changed


def holders(file: Path, stacks: Templates) -> set[str]:
    """The domains whose asset holds a source file."""
    shipped = file.relative_to("lambdas") if file.is_relative_to("lambdas") else file
    return {
        domain for domain, stack in stacks.items() if (stack.assets[code(stack)] / shipped).exists()
    }


def test_the_code_of_a_domain_is_in_the_asset_of_that_domain_and_no_other(
    every_app: Templates,
) -> None:
    for domain, stack in every_app.items():
        assert holders(Path("lambdas", stack.package, "__init__.py"), every_app) == {domain}


def test_the_contract_of_a_domain_is_in_its_asset_and_those_of_who_observes_it(
    every_app: Templates,
) -> None:
    for domain, stack in every_app.items():
        publishes = stack.events("publishes")
        observers = {
            other for other, one in every_app.items() if one.events("subscribes") & publishes
        }
        if publishes:
            contract = Path("contracts", f"{stack.package}.py")
            assert holders(contract, every_app) == {domain} | observers


@pytest.mark.parametrize("file", ["contracts/language/types.py", "lambdas/eventing/aws.py"])
def test_what_all_share_is_in_the_assets_of_all(every_app: Templates, file: str) -> None:
    assert holders(Path(file), every_app) == set(every_app)


def test_a_template_is_small_enough_to_deploy(stack: Template) -> None:
    assert stack.path.stat().st_size < 1_000_000
    assert len(stack.body["Resources"]) < 500
    assert len(stack.body.get("Outputs", {})) < 200


@pytest.mark.parametrize(
    ("files", "most"),
    [
        ("app.py", 100),
        ("stacks/*.py", 165),
        ("stacks/building_blocks/*.py", 150),
    ],
)
def test_composition_stays_small(files: str, most: int) -> None:
    for path in ROOT.glob(files):
        assert len(path.read_text().splitlines()) < most, path
