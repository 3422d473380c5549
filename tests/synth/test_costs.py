"""What of the templates no count of calls tells the price of."""

import json
from pathlib import Path

import pytest

from business.cost import CostError, of_indexes


def test_each_index_of_the_templates_is_priced(assembly: Path) -> None:
    assert [(each.hop, each.amount) for each in of_indexes(assembly)] == [("index awaited", 2)]


def test_an_index_that_nobody_has_priced_is_named(tmp_path: Path) -> None:
    table = {"GlobalSecondaryIndexes": [{"IndexName": "by-moon"}]}
    resources = {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": table}}
    (tmp_path / "App.template.json").write_text(json.dumps({"Resources": resources}))
    with pytest.raises(CostError, match=r"how often an order writes to \['by-moon'\]"):
        of_indexes(tmp_path)
