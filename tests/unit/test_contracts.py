"""The published language: schemas, golden examples, and what a consumer makes of them."""

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from contracts.language import schemas
from contracts.language.catalog import CATALOG, CURRENT, EventType
from contracts.language.types import Location
from contracts.orders import PlaceOrder
from eventing.events import UnreadableEvent, decode, detail_json
from tests.unit.messages import PLACE_ORDER

EXAMPLES = sorted((Path(schemas.__file__).parent / "examples").rglob("*.json"))
NAMES = [str(path.relative_to(path.parents[2])) for path in EXAMPLES]
KINDS = {(kind.source, kind.detail_type, kind.version): kind for kind in CATALOG}


def kind_of(example: dict[str, Any]) -> EventType:
    version = example["detail"]["metadata"]["version"]
    return KINDS[example["source"], example["detail-type"], version]


def committed(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((schemas.FOLDER / f"{name}.json").read_text())
    return schema


def schema_errors(name: str, instance: object) -> list[str]:
    validator = jsonschema.Draft4Validator(
        committed(name), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )
    return [error.message for error in validator.iter_errors(instance)]


@pytest.fixture(params=EXAMPLES, ids=NAMES)
def example(request: pytest.FixtureRequest) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(request.param.read_text())
    return read


def test_the_committed_schemas_are_those_of_the_contracts() -> None:
    there = {path.name: path.read_text() for path in schemas.FOLDER.iterdir()}
    assert there == schemas.generated()


@pytest.mark.parametrize("name", [path.stem for path in sorted(schemas.FOLDER.iterdir())])
def test_a_schema_is_of_draft_4(name: str) -> None:
    jsonschema.Draft4Validator.check_schema(committed(name))


def test_an_example_stands_where_its_event_type_is_named(example: dict[str, Any]) -> None:
    metadata, data = example["detail"]["metadata"], example["detail"]["data"]
    named = f"{metadata['version']}-{data['location']}.json"
    path = f"{example['source']}/{example['detail-type']}/{named}"
    assert path in NAMES


def test_an_example_validates_against_its_schema(example: dict[str, Any]) -> None:
    assert schema_errors(schemas.schema_name(kind_of(example)), example) == []


def test_an_example_is_decoded_to_the_current_version(example: dict[str, Any]) -> None:
    event = decode(json.dumps(example))
    assert type(event.data) in CURRENT
    assert event.metadata.subject == example["detail"]["data"]["orderId"]


def test_an_example_of_the_current_version_is_written_as_it_was_read(
    example: dict[str, Any],
) -> None:
    event = decode(json.dumps(example))
    written = json.loads(detail_json(event))
    assert written["metadata"] == example["detail"]["metadata"]
    if kind_of(example).upcast is None:
        assert written["data"] == example["detail"]["data"]


def test_there_are_examples_of_every_version_and_every_location() -> None:
    examples = [json.loads(path.read_text()) for path in EXAMPLES]
    assert {kind_of(example) for example in examples} == set(CATALOG)
    for current in CURRENT.values():
        of_kind = [example for example in examples if kind_of(example) == current]
        locations = {example["detail"]["data"]["location"] for example in of_kind}
        assert locations == set(get_args(Location)), current.detail_type


@pytest.mark.parametrize("location", ["eu-west", "us-east"])
def test_an_example_of_version_1_is_upcast_to_that_of_version_2(location: str) -> None:
    folder = Path(schemas.__file__).parent / "examples" / "order-service" / "OrderPlaced"
    old, new = (decode((folder / f"{v}-{location}.json").read_text()) for v in ("1.0", "2.0"))
    assert old.data == new.data


def test_a_field_that_no_contract_knows_is_ignored(example: dict[str, Any]) -> None:
    expected = decode(json.dumps(example)).data
    example["resent"] = True
    example["detail"]["note"] = {"deep": [1]}
    example["detail"]["metadata"]["tenant"] = "a"
    example["detail"]["data"]["giftWrap"] = True
    assert decode(json.dumps(example)).data == expected
    assert schema_errors(schemas.schema_name(kind_of(example)), example) == []


def test_a_later_minor_version_is_read(example: dict[str, Any]) -> None:
    expected = decode(json.dumps(example)).data
    metadata = example["detail"]["metadata"]
    metadata["version"] = metadata["version"].replace(".0", ".7")
    assert decode(json.dumps(example)).data == expected


@pytest.mark.parametrize("version", ["3.0", "0.9", "20.0", "02.0"])
def test_an_unknown_version_is_refused_by_name(example: dict[str, Any], version: str) -> None:
    example["detail"]["metadata"]["version"] = version
    expected = f"no contract for {example['source']} {example['detail-type']} version {version}"
    with pytest.raises(UnreadableEvent, match=expected):
        decode(json.dumps(example))


@pytest.mark.parametrize("version", ["2", "two", "", "2.0.0", "2.0\n", 2, None])
def test_a_version_that_is_none_is_refused(example: dict[str, Any], version: object) -> None:
    example["detail"]["metadata"]["version"] = version
    with pytest.raises(UnreadableEvent, match=r"\$\.detail\.metadata\.version|no contract"):
        decode(json.dumps(example))


def test_an_event_without_a_required_field_is_refused(example: dict[str, Any]) -> None:
    name = schemas.schema_name(kind_of(example))
    for part in ("metadata", "data"):
        for field in list(example["detail"][part]):
            value = example["detail"][part].pop(field)
            assert schema_errors(name, example) != []
            with pytest.raises(UnreadableEvent, match=f"`{field}` - at `\\$.detail.{part}`"):
                decode(json.dumps(example))
            example["detail"][part][field] = value


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", "truncated"),
        ("order", "malformed"),
        ("[]", "Expected `object`, got `array`"),
        ('{"source": "order-service"}', "missing required field `detail-type`"),
        ('{"source": 1, "detail-type": "a", "detail": {}}', r"\$\.source"),
        ("[" * 100_000, "Expected `object`"),
        ('{"resources": ' + "[" * 100_000, "recursion depth"),
    ],
)
def test_what_is_no_event_is_refused_with_what_was_expected(body: str, expected: str) -> None:
    with pytest.raises(UnreadableEvent, match=expected):
        decode(body)


def test_the_schema_of_the_command_takes_what_the_api_takes() -> None:
    assert schema_errors(PlaceOrder.__name__, PLACE_ORDER) == []
    assert schema_errors(PlaceOrder.__name__, PLACE_ORDER | {"lines": []}) != []
    assert schema_errors(PlaceOrder.__name__, PLACE_ORDER | {"location": "mars"}) != []
