"""A topology that is not valid is refused with the field, its value and what was expected."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import app
from stacks import context, dependencies, subscriptions, topology
from stacks.subscriptions import Subscription

VALID: dict[str, Any] = {
    "environment": "dev",
    "region": "eu-west-1",
    "organization": "",
    "accounts": {"orders": "111111111111", "invoicing": "222222222222"},
}

INVALID = [
    ({"accounts.orders": "1111111111111"}, "accounts.orders", "1111111111111", "12 digits"),
    ({"accounts.invoicing": "22222222222x"}, "accounts.invoicing", "22222222222x", "12 digits"),
    ({"accounts": "1" * 13}, "accounts.orders", "1" * 13, "12 digits"),
    ({"accounts": {"orders": "1" * 12}}, "accounts.invoicing", None, "12 digits"),
    ({"accounts": {"orders": ["1" * 12]}}, "accounts.orders", ["1" * 12], "12 digits"),
    ({"accounts.shipping": "1" * 12}, "accounts", "shipping", "one of orders, invoicing"),
    ({"accounts": '{"orders": '}, "accounts", '{"orders": ', "JSON"),
    ({"accounts": None}, "accounts", None, "an account id for each domain, or one for all"),
    ({"accounts": []}, "accounts", [], "an account id for each domain, or one for all"),
    ({"region": "eu-west-9"}, "region", "eu-west-9", "an AWS region such as eu-west-"),
    ({"region": ""}, "region", "", "an AWS region"),
    ({"region": "EU-WEST-1"}, "region", "EU-WEST-1", "an AWS region"),
    ({"organization": "acme"}, "organization", "acme", "an id such as o-a1b2c3d4e5"),
    ({"environment": "Dev"}, "environment", "Dev", "1 to 16 of a-z 0-9 -"),
    ({"environment": "dev\n"}, "environment", "dev\n", "1 to 16 of a-z 0-9 -"),
    ({"environment": "e" * 17}, "environment", "e" * 17, "1 to 16 of a-z 0-9 -"),
    ({"environment": None}, "environment", None, "1 to 16 of a-z 0-9 -"),
]


@pytest.mark.parametrize(("changes", "field", "value", "expected"), INVALID)
def test_a_field_that_is_not_valid_is_named(
    changes: dict[str, Any], field: str, value: object, expected: str
) -> None:
    with pytest.raises(context.InvalidTopology) as raised:
        context.topology_from(VALID | changes)
    message = str(raised.value)
    assert message.startswith(f"{field}: {value!r} is not valid, expected ")
    assert expected in message


@pytest.fixture
def synth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Runs `python app.py` with context; returns its exit status and errors. It writes nothing."""
    outdir = tmp_path / "cdk.out"

    def run(**values: object) -> tuple[int | str | None, str]:
        given = [f"-c={name.replace('__', '.')}={value}" for name, value in values.items()]
        monkeypatch.setattr(sys, "argv", ["app.py", *given])
        monkeypatch.setenv("CDK_OUTDIR", str(outdir))
        with pytest.raises(SystemExit) as exited:
            app.main()
        assert not outdir.exists()
        return exited.value.code, capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("values", "field", "value"),
    [
        ({"accounts__orders": "1" * 13}, "accounts.orders", "1" * 13),
        ({"accounts__shipping": "1" * 12}, "accounts", "shipping"),
        ({"accounts": "{orders"}, "accounts", "{orders"),
        ({"region": "moon-1"}, "region", "moon-1"),
        ({"organization": "o-"}, "organization", "o-"),
        ({"environment": "9"}, "environment", "9"),
    ],
)
def test_synth_of_a_bad_topology_ends_with_2_and_a_line(
    synth: Any, values: dict[str, str], field: str, value: str
) -> None:
    status, errors = synth(**values)
    assert status == 2
    assert errors.count("\n") == 1
    assert errors.startswith(f"app.py: {field}: {value!r} is not valid, expected ")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            Subscription("invoicing", "orders", "OrderLost"),
            "nobody publishes detail_type 'OrderLost' in orders, "
            "expected one of OrderCancelled, OrderPlaced",
        ),
        (
            Subscription("orders", "orders", "InvoiceIssued"),
            "nobody publishes detail_type 'InvoiceIssued' in orders",
        ),
        (
            Subscription("shipping", "orders", "OrderPlaced"),
            "consumer 'shipping' is not valid, expected one of orders, invoicing",
        ),
        (
            Subscription("orders", "shipping", "OrderPlaced"),
            "producer 'shipping' is not valid, expected one of orders, invoicing",
        ),
    ],
)
def test_synth_of_a_bad_subscription_ends_with_2_and_a_line(
    synth: Any, monkeypatch: pytest.MonkeyPatch, line: Subscription, expected: str
) -> None:
    check = partial(subscriptions.validate, [*subscriptions.SUBSCRIPTIONS, line])
    monkeypatch.setattr(subscriptions, "validate", check)
    status, errors = synth()
    assert status == 2
    assert errors.count("\n") == 1
    assert expected in errors


def test_synth_without_the_dependencies_says_how_to_get_them(
    synth: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dependencies, "BUILT", tmp_path)
    status, errors = synth()
    assert status == 2
    assert "run `make dependencies`" in errors


def test_the_topology_of_cdk_json_is_valid() -> None:
    here = context.topology_from(json.loads(app.CONFIG.read_text())["context"])
    assert set(here.accounts) == set(topology.DOMAINS)


@pytest.mark.parametrize(
    ("changes", "accounts"),
    [
        ({"accounts": "333333333333"}, ["333333333333", "333333333333"]),
        ({"accounts": 333333333333}, ["333333333333", "333333333333"]),
        ({"accounts.invoicing": "333333333333"}, ["111111111111", "333333333333"]),
        (
            {"accounts": json.dumps({"orders": "4" * 12, "invoicing": "0" * 12})},
            ["444444444444", "000000000000"],
        ),
    ],
)
def test_accounts_are_one_for_each_domain_or_one_for_all(
    changes: dict[str, Any], accounts: list[str]
) -> None:
    here = context.topology_from(VALID | changes)
    assert [here.accounts[domain] for domain in ("orders", "invoicing")] == accounts


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_arns_are_of_the_partition_of_the_region(region: str, partition: str) -> None:
    here = context.topology_from(VALID | {"region": region})
    assert (
        here.bus_arn("orders") == f"arn:{partition}:events:{region}:111111111111:event-bus/orders"
    )
    assert here.root_arn("orders") == f"arn:{partition}:iam::111111111111:root"


def test_the_command_line_wins_over_the_cli_over_cdk_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDK_CONTEXT_JSON", json.dumps({"region": "a", "environment": "b"}))
    merged = app.context(["-c", "region=c", "--context", "accounts=1=2"])
    assert (merged["region"], merged["environment"], merged["accounts"]) == ("c", "b", "1=2")
