"""A function's environment, and what is said of one that is not complete."""

import msgspec
import pytest

from eventing import settings


class Model(msgspec.Struct):
    table_name: str
    batch: int = 10


def test_variables_become_fields_in_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "orders")
    monkeypatch.setenv("BATCH", "5")
    assert settings.read(Model) == Model(table_name="orders", batch=5)


def test_a_variable_of_the_wrong_type_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "orders")
    monkeypatch.setenv("BATCH", "many")
    with pytest.raises(RuntimeError, match=r"Expected `int`, got `str` - at `\$.batch`"):
        settings.read(Model)


def test_a_variable_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    expected = f"environment of {__name__}: Object missing required field `table_name`"
    with pytest.raises(RuntimeError, match=expected):
        settings.read(Model)
