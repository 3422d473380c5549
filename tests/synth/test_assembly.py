"""How the cloud assembly comes to be: alone, the same each time, with few assets."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from stacks.building_blocks import domain_function, layers
from tests.conftest import ROOT, synthesize
from tests.synth.conftest import DOMAINS, Templates
from tests.synth.template import Template, file_assets

DEAD_PORT = "http://127.0.0.1:9"


def test_synth_is_the_same_each_time_with_no_credentials_and_no_network(
    assembly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, DEAD_PORT)
        monkeypatch.setenv(name.upper(), DEAD_PORT)
    again = tmp_path / "cdk.out"
    done = synthesize(again)
    assert done.returncode == 0, done.stderr
    written = sorted(path.name for path in assembly.iterdir())
    assert sorted(path.name for path in again.iterdir()) == written
    for path in assembly.glob("*.template.json"):
        assert (again / path.name).read_text() == path.read_text()
    assert (again / "manifest.json").read_text() == (assembly / "manifest.json").read_text()


def test_there_is_no_custom_resource_and_no_nested_stack(stack: Template) -> None:
    for resource in stack.body["Resources"].values():
        assert resource["Type"].startswith("AWS::")
        assert not resource["Type"].startswith("AWS::CloudFormation::")


def test_there_is_one_asset_a_domain_and_two_layers(assembly: Path) -> None:
    of = {domain: set(file_assets(assembly, domain)) for domain in DOMAINS}
    assert [len(assets) for assets in of.values()] == [3, 3]
    assert len(of["orders"] & of["invoicing"]) == 2
    assert len(list(assembly.glob("asset.*"))) == 4


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_asset_of_a_domain_is_its_own_folder_and_nothing_else(
    assembly: Path, domain: str
) -> None:
    other = "invoicing" if domain == "orders" else "orders"
    own = file_assets(assembly, domain).keys() - file_assets(assembly, other).keys()
    (folder,) = [file_assets(assembly, domain)[hash] for hash in own]
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    source = ROOT / "lambdas"
    assert there == {str(path.relative_to(source)) for path in (source / domain).glob("*.py")}


def test_the_eventing_layer_is_eventing_and_the_contracts(assembly: Path) -> None:
    packages = {
        frozenset(path.name for path in (folder / "python").iterdir())
        for folder in file_assets(assembly, "orders").values()
        if (folder / "python").is_dir()
    }
    assert frozenset({"eventing", "contracts"}) in packages
    (third_party,) = packages - {frozenset({"eventing", "contracts"})}
    assert {"msgspec", "aws_lambda_powertools"} <= third_party
    assert not {"boto3", "botocore"} & third_party


def test_a_change_in_one_domain_changes_the_asset_of_that_domain_alone(
    assembly: Path,
    build: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for folder in ("lambdas", "contracts"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    rules = tmp_path / "lambdas" / "orders" / "order.py"
    rules.write_text(rules.read_text() + "# changed\n")
    for module in (domain_function, layers):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    changed = build()
    before, after = file_assets(assembly, "orders").keys(), file_assets(changed, "orders").keys()
    assert len(before - after) == len(after - before) == 1
    unchanged = file_assets(assembly, "invoicing").keys()
    assert file_assets(changed, "invoicing").keys() == unchanged


def test_a_template_is_small_enough_to_deploy(templates: Templates, assembly: Path) -> None:
    for stack in templates.values():
        path = assembly / f"{stack.domain.capitalize()}.template.json"
        assert path.stat().st_size < 1_000_000
        assert len(stack.body["Resources"]) < 500
        assert len(stack.body["Outputs"]) < 200


@pytest.mark.parametrize(
    ("files", "most"),
    [
        ("app.py", 80),
        ("stacks/*.py", 125),
        ("stacks/building_blocks/*.py", 150),
    ],
)
def test_composition_stays_small(files: str, most: int) -> None:
    for path in ROOT.glob(files):
        assert len(path.read_text().splitlines()) < most, path
