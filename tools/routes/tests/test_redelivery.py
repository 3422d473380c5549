"""A function that takes dead letters to the hop's own target is no way of its own."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routes.__main__ import app
from routes.journeys.graph import Routes
from routes.shown.mermaid import mermaid
from routes.tests import sample
from routes.tests.conftest import Check
from routes.tests.sample import Templates, allow, arn, resource, role

READS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def with_redelivery(*, of_the_forward: bool = True) -> Templates:
    """The shop, whose function delivers again what its rule could not bring to billing's bus."""
    templates = sample.declare(sample.shop())
    shop = templates["Shop"]["Resources"]
    target = sample._BILLING_BUS if of_the_forward else arn("Bus")
    shop["Undeliverable"] = resource("SQS::Queue", MessageRetentionPeriod=1209600)
    shop["UndeliverableAlarm"] = sample.alarm("Undeliverable")
    shop["Letters"]["Properties"]["RedrivePolicy"] = {
        "deadLetterTargetArn": arn("Undeliverable"),
        "maxReceiveCount": 100,
    }
    shop["RedeliverRole"] = role(
        "lambda", allow(READS, arn("Letters")), allow("events:PutEvents", target)
    )
    shop["RedeliverRole"]["Properties"]["RoleName"] = "redeliver"
    shop["Redeliver"] = resource("Lambda::Function", Role=arn("RedeliverRole"), Timeout=5)
    shop["RedeliverMapping"] = resource(
        "Lambda::EventSourceMapping",
        EventSourceArn=arn("Letters"),
        FunctionName={"Ref": "Redeliver"},
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return templates


def admit_by_rule_and(templates: Templates, role_name: str) -> None:
    """Billing's bus admits what rules deliver, and the one role of the shop that is named."""
    billing = templates["Billing"]["Resources"]
    redelivery = json.loads(json.dumps(billing["BusPolicy"]))
    billing["BusPolicy"]["Properties"]["Statement"]["Condition"]["Bool"] = {
        "events:eventBusInvocation": "true"
    }
    redelivery["Properties"]["StatementId"] = "redelivery"
    redelivery["Properties"]["Statement"]["Condition"]["ArnEquals"] = {
        "aws:PrincipalArn": f"arn:aws:iam::{sample.SHOP}:role/{role_name}"
    }
    billing["RedeliveryPolicy"] = redelivery | {"DependsOn": "BusPolicy"}


def routes_of(templates: Templates, folder: Path) -> Routes:
    assembly = sample.write_assembly(folder / "cdk.out", templates)
    sample.write_events(assembly / "examples")
    return Routes.of(assembly)


def codes(check: Check, templates: Templates) -> set[str]:
    return {finding.code.id for finding in check(templates)}


def test_redelivery_is_no_second_way_and_no_publisher(check: Check) -> None:
    assert codes(check, with_redelivery()) == set()


def test_a_role_that_the_bus_names_may_redeliver(check: Check) -> None:
    templates = with_redelivery()
    admit_by_rule_and(templates, "redeliver")
    assert codes(check, templates) == set()


def test_a_role_that_the_bus_does_not_name_may_not(check: Check) -> None:
    templates = with_redelivery()
    admit_by_rule_and(templates, "somebody-else")
    assert codes(check, templates) == {"D407"}


@pytest.mark.parametrize(
    ("metric", "told"),
    [("ApproximateAgeOfOldestMessage", True), ("NumberOfMessagesDeleted", False)],
)
def test_of_a_queue_that_is_consumed_the_age_is_watched(
    check: Check, metric: str, told: bool
) -> None:
    templates = with_redelivery()
    alarm = templates["Shop"]["Resources"]["LettersAlarm"]["Properties"]
    alarm.update(MetricName=metric, Threshold=900)
    assert codes(check, templates) == (set() if told else {"N105"})


def test_without_a_function_that_consumes_it_the_age_is_not_enough(check: Check) -> None:
    templates = sample.declare(sample.shop())
    alarm = templates["Shop"]["Resources"]["LettersAlarm"]["Properties"]
    alarm.update(MetricName="ApproximateAgeOfOldestMessage", Threshold=900)
    assert codes(check, templates) == {"N105"}


def test_list_and_explain_say_who_redelivers(tmp_path: Path) -> None:
    routes_of(with_redelivery(), tmp_path)
    assembly = str(tmp_path / "cdk.out")
    listed = json.loads(CliRunner().invoke(app, ["list", assembly, "--json"]).stdout)
    event = str(tmp_path / "cdk.out" / "examples" / "0.json")
    told = json.loads(CliRunner().invoke(app, ["explain", event, assembly, "--json"]).stdout)
    redelivered = [hop["redeliveredBy"] for way in listed for hop in way["hops"]]
    assert [by for by in redelivered if by] == [told[0]["steps"][0]["redeliveredBy"]]
    assert "Redeliver" in told[0]["steps"][0]["redeliveredBy"]
    assert "queue" not in {way["source"] for way in listed}


def test_a_queue_that_is_redelivered_needs_a_place_for_what_never_is(check: Check) -> None:
    templates = with_redelivery()
    del templates["Shop"]["Resources"]["Letters"]["Properties"]["RedrivePolicy"]
    assert "D401" in codes(check, templates)


def test_a_picture_leaves_redelivery_out(tmp_path: Path) -> None:
    assert mermaid(routes_of(with_redelivery(), tmp_path)) == mermaid(
        routes_of(sample.declare(sample.shop()), tmp_path)
    )


def test_code_that_does_something_else_with_dead_letters_does_not_redeliver(
    tmp_path: Path,
) -> None:
    assert routes_of(with_redelivery(of_the_forward=False), tmp_path).redeliveries == []
