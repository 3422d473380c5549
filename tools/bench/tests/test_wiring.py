"""What of an assembly is measured, and what of it reaches whom."""

import json
from pathlib import Path

import pytest

from bench.functions import Function
from bench.tests import sample
from bench.wiring import Wiring


@pytest.fixture
def wiring(tmp_path: Path) -> Wiring:
    return Wiring(sample.written(tmp_path / "cdk.out"))


def function(wiring: Wiring, name: str) -> Function:
    (found,) = [one for one in wiring.functions if one.name == name]
    return found


def test_every_function_of_the_assembly_is_found_once(wiring: Wiring) -> None:
    names = [one.name for one in wiring.functions]
    assert names == [
        *("Desk/Buy", "Desk/Republish", "Desk/Shelve", "Desk/Stamp", "Desk/Stick"),
        *("desk.publish", "desk.read", "desk.take"),
    ]


def test_two_functions_of_one_handler_are_two(wiring: Wiring) -> None:
    first, second = function(wiring, "desk.publish"), function(wiring, "Desk/Republish")
    assert first.handler == second.handler
    assert (first.batch, second.batch) == (4, 0)


def test_functions_of_one_service_name_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    folder = sample.written(tmp_path / "cdk.out")
    file = folder / "Desk.template.json"
    file.write_text(file.read_text().replace("desk.read", "desk.take"))
    assert {"Desk/Read", "Desk/Take"} <= {one.name for one in Wiring(folder).functions}


def test_a_function_runs_with_its_asset_and_the_layers_that_are_not_left_out(
    wiring: Wiring, tmp_path: Path
) -> None:
    take = function(wiring, "desk.take")
    assert [folder.name for folder in take.code] == ["asset.code", "python"]
    found = take.run("-c", "import shared, take; print(shared.WORD)", work=tmp_path)
    assert found.strip() == "taken"


def test_a_function_sees_the_environment_of_its_template_and_that_it_is_on_lambda(
    wiring: Wiring, tmp_path: Path
) -> None:
    shown = "import json, os; print(json.dumps(dict(os.environ)))"
    environment = json.loads(function(wiring, "desk.take").run("-c", shown, work=tmp_path))
    assert environment["BUS"] == "desk"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "desk.take"
    assert "AWS_SESSION_TOKEN" not in environment


def test_a_function_that_is_not_python_says_so(wiring: Wiring) -> None:
    assert function(wiring, "Desk/Stamp").obstacle == "its runtime is nodejs24.x"


def test_a_function_whose_code_is_not_in_the_assembly_says_so(tmp_path: Path) -> None:
    folder = sample.written(tmp_path / "cdk.out")
    (folder / "Desk.assets.json").write_text('{"files": {}}')
    found = function(Wiring(folder), "desk.take")
    assert found.obstacle == "its code is no asset of the assembly"


def test_a_call_reaches_the_function_of_its_route_with_the_parameters_of_its_path(
    wiring: Wiring,
) -> None:
    ((arn, request),) = wiring.called("POST", "/notes/7", {"text": "milk"})
    assert arn == function(wiring, "desk.take").arn
    assert request["pathParameters"] == {"id": "7"}
    assert json.loads(request["body"]) == {"text": "milk"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/notes/7"), ("POST", "/notes/7/lines")])
def test_a_call_that_no_route_takes_reaches_nothing(wiring: Wiring, method: str, path: str) -> None:
    assert not list(wiring.called(method, path, None))


@pytest.mark.parametrize(("detail_type", "reached"), [("NoteTaken", 1), ("NoteKept", 0)])
def test_an_event_reaches_those_whose_rule_it_matches(
    wiring: Wiring, detail_type: str, reached: int
) -> None:
    entry = {"EventBusName": "desk", "Source": "desk", "DetailType": detail_type, "Detail": "{}"}
    found = list(wiring.put(function(wiring, "desk.publish"), entry))
    assert [arn for arn, _ in found] == [function(wiring, "desk.read").arn] * reached


@pytest.mark.parametrize(("pk", "reached"), [("EVENT#7", 1), ("NOTE#7", 0)])
def test_a_change_of_a_table_goes_through_the_filter_of_its_mapping(
    wiring: Wiring, pk: str, reached: int
) -> None:
    ((table, _),) = wiring.tables.items()
    change = {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": pk}}}}
    assert len(list(wiring.changed(table, change))) == reached
