"""What consumers get, and that one that gets nothing or fails stops nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import flow, given, records
from bench.flow import Flow
from bench.functions import App, Function
from bench.report import Row
from bench.tests import sample
from bench.wiring import Wiring
from bench.workload import Request

COUNT = 10


@pytest.fixture(autouse=True, scope="module")
def _few_records() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow, "RECORDS", COUNT)
        patch.setattr(records, "RECORDS", COUNT)
        patch.setattr(records, "ROUNDS", 1)
        yield


class Notes:
    """A workload as far as records are made of it."""

    NAME = "notes"

    def __init__(self, path: str = "/notes/7") -> None:
        self._path = path

    def request(self, number: int) -> Request:
        return Request("POST", self._path, {"id": f"n{number}", "text": "milk"})


@pytest.fixture(scope="module")
def flowed(tmp_path_factory: pytest.TempPathFactory) -> Flow:
    """The sample's functions, to which its workload's requests have flowed."""
    folder = tmp_path_factory.mktemp("flowed")
    found = Flow(Wiring(sample.written(folder / "cdk.out")), folder)
    found.run(Notes().request(number) for number in range(COUNT))
    return found


def named(flow: Flow, name: str) -> Function:
    (found,) = [one for one in flow.wiring.functions if one.name == name]
    return found


def test_a_consumer_gets_what_the_functions_before_it_make_of_requests(flowed: Flow) -> None:
    batches = list(given.batches(flowed.folder(named(flowed, "desk.read"))))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    bodies = "".join(record["body"] for batch in batches for record in batch)
    assert all(f'"note": "n{number}"' in bodies for number in range(COUNT))


def test_a_consumer_finds_the_tables_as_those_before_it_left_them(flowed: Flow) -> None:
    (items,) = given.opening(flowed.folder(named(flowed, "desk.read"))).items.values()
    assert {"pk": {"S": "COUNT"}, "taken": {"N": str(COUNT)}} in items
    assert len(items) == 2 * COUNT + 1


def test_a_consumer_that_no_request_leads_to_gets_copies_of_golden_events(flowed: Flow) -> None:
    shelve = named(flowed, "Desk/Shelve")
    bodies = [
        json.loads(record["body"])
        for batch in given.batches(flowed.folder(shelve))
        for record in batch
    ]
    assert flowed.origins[shelve.arn] == "examples"
    assert len({body["detail"]["metadata"]["id"] for body in bodies}) == COUNT
    subjects = {body["detail"]["metadata"]["subject"] for body in bodies}
    assert len(subjects) == COUNT
    for body in bodies:
        subject = body["detail"]["metadata"]["subject"]
        assert body["detail"]["data"] == {"noteId": subject, "of": [subject, "another"]}


def measured(tmp_path: Path, workload: Notes) -> dict[str, Row]:
    """The rows of the measurement, by function."""
    app = App("no command", tmp_path)
    app.__dict__["assembly"] = tmp_path / "cdk.out"
    found = records.measure(app, workload, lambda _: None)  # type: ignore[arg-type]
    return {row.name: row for row in found.rows}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """The rows of the sample."""
    folder = tmp_path_factory.mktemp("measured")
    sample.written(folder / "cdk.out")
    return measured(folder, Notes())


def test_every_function_that_is_fed_has_a_row(rows: dict[str, Row]) -> None:
    assert rows.keys() == {"desk.publish", "desk.read", "Desk/Shelve", "Desk/Stick"}
    assert rows["desk.read"].values["records"] == COUNT
    assert rows["desk.read"].values["failed"] == 0
    assert float(rows["desk.read"].values["peak MB"]) > 1


def test_a_row_says_how_many_calls_a_record_takes(rows: dict[str, Row]) -> None:
    assert rows["desk.publish"].values["calls/record"] == 1
    assert rows["Desk/Shelve"].values["calls/record"] == 0


def test_requests_that_a_stack_declares_flow_where_those_of_the_workload_lead_to_nothing(
    rows: dict[str, Row],
) -> None:
    row = rows["Desk/Stick"]
    assert (row.values["from"], row.values["failed"]) == ("declared requests", 0)
    assert row.values["records"] == COUNT


def test_a_row_says_how_many_records_failed_and_why(rows: dict[str, Row]) -> None:
    row = rows["Desk/Shelve"]
    assert row.values["failed"] == COUNT
    assert row.values["note"] == "RuntimeError: the shelf is full"


def test_a_row_says_that_a_function_calls_what_has_no_stub(tmp_path: Path) -> None:
    shelve = (
        "import boto3\ndef handler(batch, context):\n    boto3.client('ses').list_identities()\n"
    )
    sample.written(tmp_path / "cdk.out", shelve=shelve)
    row = measured(tmp_path, Notes())["Desk/Shelve"]
    assert row.values["note"] == "calls that have no stub: ses.ListIdentities"


def test_a_row_says_that_a_function_cannot_be_imported(tmp_path: Path) -> None:
    sample.written(tmp_path / "cdk.out", shelve="import nothing_of_the_kind\n")
    row = measured(tmp_path, Notes())["Desk/Shelve"]
    assert "No module named 'nothing_of_the_kind'" in str(row.values["note"])


def test_a_row_says_that_nothing_reached_a_function(tmp_path: Path) -> None:
    sample.written(tmp_path / "cdk.out")
    rows = measured(tmp_path, Notes(path="/elsewhere"))
    assert rows["desk.read"].values["note"] == "nothing reached it"
    assert rows["Desk/Shelve"].values["from"] == "examples"
