"""A Kinesis stream drops what is too old, and is left alone otherwise."""

import time
from typing import Any

import pytest
from ministack.services import kinesis

from local.emulator import stream_retention


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinesis, "_expire_records", kinesis._expire_records)
    stream_retention.install()


def stream(*ages_s: float) -> dict[str, Any]:
    records = [{"ApproximateArrivalTimestamp": time.time() - age} for age in ages_s]
    return {"RetentionPeriodHours": 24, "shards": {"shard": {"records": records}}}


def test_a_stream_of_young_records_is_not_copied() -> None:
    young = stream(3600, 0)
    records = young["shards"]["shard"]["records"]

    kinesis._expire_records(young)

    assert young["shards"]["shard"]["records"] is records


def test_what_is_too_old_is_gone() -> None:
    old = stream(25 * 3600, 3600)

    kinesis._expire_records(old)

    assert len(old["shards"]["shard"]["records"]) == 1
