"""What the contract of orders promises beyond what holds for every contract."""

import json
from typing import get_args

import pytest

from contracts.language import schemas
from contracts.language.types import Location, Version
from contracts.orders import EVENTS, SOURCE, PlaceOrder
from eventing.events import decode
from tests.unit import golden
from tests.unit.contract_faults import schema_errors
from tests.unit.orders.published import PLACE_ORDER


@pytest.mark.parametrize("event", [one for one in EVENTS if not one.upcast])
def test_there_is_an_example_of_every_location(event: Version) -> None:
    found = {
        example["detail"]["data"]["location"]
        for example in golden.examples()
        if (example["source"], example["detail-type"]) == (SOURCE, event.detail_type)
    }
    assert found == set(get_args(Location))


@pytest.mark.parametrize("location", ["eu-west", "us-east"])
def test_an_example_of_version_1_is_upcast_to_that_of_version_2(location: str) -> None:
    folder = golden.EXAMPLES / SOURCE / "OrderPlaced"
    old, new = (decode((folder / f"{v}-{location}.json").read_text()) for v in ("1.0", "2.0"))
    assert old.data == new.data


@pytest.mark.parametrize(
    ("change", "taken"), [({}, True), ({"lines": []}, False), ({"location": "mars"}, False)]
)
def test_the_schema_of_the_command_takes_what_the_api_takes(
    change: dict[str, object], taken: bool
) -> None:
    schema = json.loads(schemas.generated()[f"{PlaceOrder.__name__}.json"])
    assert (schema_errors(schema, PLACE_ORDER | change) == []) == taken
