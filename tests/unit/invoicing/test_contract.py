"""What the contract of invoicing promises beyond what holds for every contract."""

from typing import get_args

import pytest

from contracts.invoicing import EVENTS, SOURCE
from contracts.language.types import Location
from tests.unit import golden


@pytest.mark.parametrize(
    "detail_type",
    [one.detail_type for one in EVENTS if "location" in one.data.__struct_fields__],
)
def test_there_is_an_example_of_every_location(detail_type: str) -> None:
    found = {
        example["detail"]["data"]["location"]
        for example in golden.examples()
        if (example["source"], example["detail-type"]) == (SOURCE, detail_type)
    }
    assert found == set(get_args(Location))
