"""Each code is found where its fault is planted, and nowhere near."""

import pytest

from routes.checks import CODES
from routes.tests import sample
from routes.tests.cases_delivery import CASES as DELIVERY
from routes.tests.cases_events import CASES as EVENTS
from routes.tests.cases_settings import CASES as SETTINGS
from routes.tests.conftest import Check
from routes.tests.faults import Change, put, target

CASES = {**EVENTS, **DELIVERY, **SETTINGS}


def codes_after(check: Check, change: Change, *, declared: bool) -> set[str]:
    templates = sample.declare(sample.shop()) if declared else sample.shop()
    events = [sample.event("us-west"), sample.event("eu-west")]
    change(templates, events)
    return {finding.code.id for finding in check(templates, *events)}


def test_every_code_has_a_case() -> None:
    assert sorted(CASES) == sorted(code.id for code in CODES)


@pytest.mark.parametrize("code", CASES)
def test_a_planted_fault_is_found_under_its_code(check: Check, code: str) -> None:
    case = CASES[code]
    assert code in codes_after(check, case.fault, declared=case.declared)


@pytest.mark.parametrize("code", CASES)
def test_the_nearest_that_is_no_fault_is_not_found(check: Check, code: str) -> None:
    case = CASES[code]
    assert code not in codes_after(check, case.nearest, declared=case.declared)


def test_a_source_that_no_example_has_is_found_beside_one_that_some_have(check: Check) -> None:
    slip = put("Billing/ToFifo", "EventPattern", {"source": ["shop", "shopp"]})
    assert "R104" in codes_after(check, slip, declared=False)


@pytest.mark.parametrize(
    ("rule", "settings"),
    [
        ("Shop/Forward", {"RetryPolicy": {"MaximumRetryAttempts": 185}}),
        ("Billing/ToLog", {"RoleArn": "arn:aws:iam::200000000002:role/writes"}),
    ],
)
def test_a_kind_of_target_has_settings_that_it_does_not_take(
    check: Check, rule: str, settings: dict[str, object]
) -> None:
    assert "S905" in codes_after(check, target(rule, **settings), declared=False)
    assert "S905" not in codes_after(check, target("Billing/ToFifo", **settings), declared=False)


@pytest.mark.parametrize("declared", [False, True])
def test_a_healthy_system_has_no_finding(check: Check, declared: bool) -> None:
    templates = sample.declare(sample.shop()) if declared else sample.shop()
    assert check(templates) == []


def test_without_examples_a_healthy_system_has_no_finding(check: Check) -> None:
    assert check(sample.shop(), without_events=True) == []
