"""Identifiers of the emulator are UUIDs, and no two are alike."""

import uuid

import pytest

from local.emulator import identifiers


def test_an_identifier_is_a_random_uuid_and_none_comes_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uuid, "uuid4", uuid.uuid4)
    identifiers.install()
    made = [uuid.uuid4() for _ in range(10_000)]
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(4, uuid.RFC_4122)}
    assert uuid.uuid4 is identifiers.make
