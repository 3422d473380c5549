"""A function's environment, and what is said of one that is not complete."""

from typing import Any

import msgspec
import pytest

from eventing import environment
from tests.unit import handlers


class Model(msgspec.Struct):
    table_name: str
    batch: int = 10


def test_variables_become_fields_in_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "orders")
    monkeypatch.setenv("BATCH", "5")
    assert environment.read(Model) == Model(table_name="orders", batch=5)


def test_a_variable_of_the_wrong_type_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "orders")
    monkeypatch.setenv("BATCH", "many")
    with pytest.raises(RuntimeError, match=r"Expected `int`, got `str` - at `\$.batch`"):
        environment.read(Model)


@pytest.mark.parametrize(
    ("module", "field"),
    [
        (handlers.place_order, "table_name"),
        (handlers.get_order, "table_name"),
        (handlers.cancel_order, "table_name"),
        (handlers.track_order, "table_name"),
        (handlers.publisher, "bus_name"),
        (handlers.issue_invoice, "numbering_queue_url"),
        (handlers.number_invoice, "table_name"),
        (handlers.render_invoice, "topic_arn"),
    ],
)
def test_a_function_without_a_variable_does_not_start(
    monkeypatch: pytest.MonkeyPatch, module: Any, field: str
) -> None:
    handlers.set_environment(monkeypatch)
    assert environment.read(module.Environment) == module.ENV
    monkeypatch.delenv(field.upper())
    expected = f"environment of {module.__name__}: Object missing required field `{field}`"
    with pytest.raises(RuntimeError, match=expected):
        environment.read(module.Environment)
