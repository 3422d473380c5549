"""A topology that is not valid is refused with the field, its value and what was expected."""

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import app
from stacks import context, dependencies
from stacks import subscriptions as event_table
from stacks.domain_stack import DomainStack
from stacks.subscriptions import SUBSCRIPTIONS, Subscription, Unobserved
from stacks.topology import CONFIG, DOMAINS

VALID: dict[str, Any] = {
    "environment": "dev",
    "region": "eu-west-1",
    "organization": "",
    "accounts": {domain: f"{number:012d}" for number, domain in enumerate(DOMAINS)},
}

FIRST, LAST = DOMAINS[0], DOMAINS[-1]
NOBODY = "no-such-domain"
ONE_OF = f"one of {', '.join(DOMAINS)}"
OBSERVED = SUBSCRIPTIONS[0]

INVALID = [
    ({f"accounts.{FIRST}": "1" * 13}, f"accounts.{FIRST}", "1" * 13, "12 digits"),
    ({f"accounts.{LAST}": "22222222222x"}, f"accounts.{LAST}", "22222222222x", "12 digits"),
    ({"accounts": "1" * 13}, f"accounts.{FIRST}", "1" * 13, "12 digits"),
    ({"accounts": {FIRST: "1" * 12}}, f"accounts.{DOMAINS[1]}", None, "12 digits"),
    ({"accounts": {FIRST: ["1" * 12]}}, f"accounts.{FIRST}", ["1" * 12], "12 digits"),
    ({f"accounts.{NOBODY}": "1" * 12}, "accounts", NOBODY, ONE_OF),
    ({"accounts": '{"a": '}, "accounts", '{"a": ', "JSON"),
    ({"accounts": None}, "accounts", None, "an account id for each domain, or one for all"),
    ({"accounts": []}, "accounts", [], "an account id for each domain, or one for all"),
    ({"region": "eu-west-9"}, "region", "eu-west-9", "an AWS region such as eu-west-"),
    ({"region": ""}, "region", "", "an AWS region"),
    ({"region": "EU-WEST-1"}, "region", "EU-WEST-1", "an AWS region"),
    ({"organization": "acme"}, "organization", "acme", "an id such as o-a1b2c3d4e5"),
    ({"brokers": "mq,kafka"}, "brokers", "mq,kafka", "some of mq, msk, or none"),
    ({"monitoring": "9" * 13}, "monitoring", "9" * 13, "12 digits, or none"),
    ({"monitoring": ["9" * 12]}, "monitoring", ["9" * 12], "12 digits, or none"),
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

    def run(values: dict[str, str]) -> tuple[int | str | None, str]:
        given = [f"-c={name}={value}" for name, value in values.items()]
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
        ({f"accounts.{FIRST}": "1" * 13}, f"accounts.{FIRST}", "1" * 13),
        ({f"accounts.{NOBODY}": "1" * 12}, "accounts", NOBODY),
        ({"accounts": "{a"}, "accounts", "{a"),
        ({"region": "moon-1"}, "region", "moon-1"),
        ({"organization": "o-"}, "organization", "o-"),
        ({"environment": "9"}, "environment", "9"),
        ({"monitoring": "all"}, "monitoring", "all"),
    ],
)
def test_synth_of_a_bad_topology_ends_with_2_and_a_line(
    synth: Any, values: dict[str, str], field: str, value: str
) -> None:
    status, errors = synth(values)
    assert status == 2
    assert errors.count("\n") == 1
    assert errors.startswith(f"app.py: {field}: {value!r} is not valid, expected ")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            Subscription(OBSERVED.consumer, OBSERVED.producer, "NeverSaid"),
            f"nobody publishes detail_type 'NeverSaid' in {OBSERVED.producer}, expected one of",
        ),
        (
            Subscription(NOBODY, OBSERVED.producer, OBSERVED.detail_type),
            f"consumer '{NOBODY}' is not valid, expected {ONE_OF}",
        ),
        (
            Subscription(OBSERVED.consumer, NOBODY, OBSERVED.detail_type),
            f"producer '{NOBODY}' is not valid, expected {ONE_OF}",
        ),
        (
            Subscription(OBSERVED.producer, OBSERVED.producer, OBSERVED.detail_type),
            "a domain's own events are on its bus already",
        ),
    ],
)
def test_synth_of_a_bad_subscription_ends_with_2_and_a_line(
    synth: Any, monkeypatch: pytest.MonkeyPatch, line: Subscription, expected: str
) -> None:
    _declare(monkeypatch, subscriptions=[*SUBSCRIPTIONS, line])
    status, errors = synth({})
    assert status == 2
    assert errors.count("\n") == 1
    assert errors.startswith(f"app.py: {line}")
    assert expected in errors


def test_synth_with_an_event_that_nobody_observes_says_how_to_declare_it(
    synth: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = (OBSERVED.producer, OBSERVED.detail_type)
    _declare(monkeypatch, subscriptions=[one for one in SUBSCRIPTIONS if one[1:3] != event])
    status, errors = synth({})
    assert status == 2
    assert errors.count("\n") == 1
    assert f"nobody observes {OBSERVED.detail_type} of {OBSERVED.producer}" in errors
    assert "a Subscription to it in stacks/subscriptions.py" in errors
    assert f"{Unobserved(*event)} in UNOBSERVED" in errors


def test_an_event_that_is_declared_as_unobserved_needs_no_subscription() -> None:
    event = (OBSERVED.producer, OBSERVED.detail_type)
    kept = [one for one in SUBSCRIPTIONS if one[1:3] != event]
    event_table.validate(kept, [*event_table.UNOBSERVED, Unobserved(*event)])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            Unobserved(OBSERVED.producer, OBSERVED.detail_type),
            "observes it; remove the line",
        ),
        (Unobserved(OBSERVED.producer, "NeverSaid"), "nobody publishes detail_type 'NeverSaid'"),
        (Unobserved(NOBODY, OBSERVED.detail_type), f"producer '{NOBODY}' is not valid"),
    ],
)
def test_synth_with_a_stale_declaration_ends_with_2_and_a_line(
    synth: Any, monkeypatch: pytest.MonkeyPatch, line: Unobserved, expected: str
) -> None:
    _declare(monkeypatch, unobserved=[*event_table.UNOBSERVED, line])
    status, errors = synth({})
    assert status == 2
    assert errors.count("\n") == 1
    assert errors.startswith(f"app.py: {line}")
    assert expected in errors


def _declare(
    monkeypatch: pytest.MonkeyPatch,
    subscriptions: Sequence[Subscription] = SUBSCRIPTIONS,
    unobserved: Sequence[Unobserved] = event_table.UNOBSERVED,
) -> None:
    """Has synth check these lines instead of those of the event map."""
    check = partial(event_table.validate, subscriptions, unobserved)
    monkeypatch.setattr(event_table, "validate", check)


def test_an_account_of_a_domain_without_a_stack_is_named_with_what_is_expected() -> None:
    with pytest.raises(context.InvalidTopology) as raised:
        app.stack_of(NOBODY)
    assert f"accounts: '{NOBODY}' is not valid" in str(raised.value)
    assert "a class NoSuchDomain in stacks/no_such_domain.py" in str(raised.value)


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_of_the_topology_has_a_stack(domain: str) -> None:
    assert issubclass(app.stack_of(domain), DomainStack)


def test_synth_without_the_dependencies_says_how_to_get_them(
    synth: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dependencies, "BUILT", tmp_path)
    status, errors = synth({})
    assert status == 2
    assert "run `make dependencies`" in errors


def test_the_topology_of_cdk_json_is_valid() -> None:
    here = context.topology_from(json.loads(CONFIG.read_text())["context"])
    assert set(here.accounts) == set(DOMAINS)


@pytest.mark.parametrize("account", ["333333333333", 333333333333])
def test_one_account_is_for_every_domain(account: object) -> None:
    here = context.topology_from(VALID | {"accounts": account})
    assert here.accounts == dict.fromkeys(DOMAINS, "333333333333")


@pytest.mark.parametrize(("given", "expected"), [("9" * 12, "9" * 12), (int("9" * 12), "9" * 12)])
def test_an_account_sees_all_others(given: object, expected: str) -> None:
    here = context.topology_from(VALID | {"monitoring": given})
    assert here.monitoring == expected
    assert here.linked == {account: domain for domain, account in VALID["accounts"].items()}


def test_without_a_monitoring_account_nothing_is_linked() -> None:
    here = context.topology_from(VALID | {"monitoring": ""})
    assert (here.monitoring, here.linked) == (None, {})


def test_the_first_domain_of_an_account_links_it_and_no_account_links_itself() -> None:
    here = context.topology_from(VALID | {"accounts": "3" * 12, "monitoring": "9" * 12})
    assert here.linked == {"3" * 12: FIRST}
    here = context.topology_from(VALID | {f"accounts.{FIRST}": "9" * 12, "monitoring": "9" * 12})
    assert set(here.linked.values()) == {*DOMAINS} - {FIRST}


@pytest.mark.parametrize("domain", DOMAINS)
def test_an_account_may_be_given_for_one_domain_alone(domain: str) -> None:
    here = context.topology_from(VALID | {f"accounts.{domain}": "333333333333"})
    assert here.accounts == VALID["accounts"] | {domain: "333333333333"}


def test_accounts_may_be_given_as_json() -> None:
    accounts = {domain: f"{number:012d}" for number, domain in enumerate(DOMAINS, start=4)}
    here = context.topology_from(VALID | {"accounts": json.dumps(accounts)})
    assert here.accounts == accounts


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_arns_are_of_the_partition_of_the_region(region: str, partition: str) -> None:
    here = context.topology_from(VALID | {"region": region, "accounts": "1" * 12})
    assert here.bus_arn(FIRST) == f"arn:{partition}:events:{region}:{'1' * 12}:event-bus/{FIRST}"
    assert here.root_arn(FIRST) == f"arn:{partition}:iam::{'1' * 12}:root"


def test_the_command_line_wins_over_the_cli_over_cdk_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDK_CONTEXT_JSON", json.dumps({"region": "a", "environment": "b"}))
    merged = app.context(["-c", "region=c", "--context", "accounts=1=2"])
    assert (merged["region"], merged["environment"], merged["accounts"]) == ("c", "b", "1=2")
