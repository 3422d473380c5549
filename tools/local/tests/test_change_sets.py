"""A change set says what a condition adds and takes away, and makes it so."""

import json
from typing import Any

import pytest

from local.tests.conftest import Aws, eventually

TEMPLATE = {
    "Parameters": {"More": {"Type": "String", "Default": "true"}},
    "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "More"}, "true"]}},
    "Resources": {
        "Always": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "always"}},
        "Sometimes": {
            "Type": "AWS::SQS::Queue",
            "Condition": "Wanted",
            "Properties": {"QueueName": "sometimes"},
        },
    },
}


class Deploys:
    """Deploys the template as the CDK CLI does."""

    def __init__(self, aws: Aws) -> None:
        self._cloudformation = aws("cloudformation")
        self._sqs = aws("sqs")
        self._count = 0

    def changes(self, more: str) -> set[tuple[str, str]]:
        """Executes a change set, if it has changes; returns these."""
        self._count += 1
        named = {"StackName": "stack", "ChangeSetName": f"change-{self._count}"}
        self._cloudformation.create_change_set(
            **named,
            ChangeSetType="CREATE" if self._count == 1 else "UPDATE",
            TemplateBody=json.dumps(TEMPLATE),
            Parameters=[{"ParameterKey": "More", "ParameterValue": more}],
        )
        described = self._cloudformation.describe_change_set(**named)
        if described["Changes"]:
            self._cloudformation.execute_change_set(**named)
            eventually(self._is_done)
        told = [change["ResourceChange"] for change in described["Changes"]]
        return {(change["Action"], change["LogicalResourceId"]) for change in told}

    def queues(self) -> set[str]:
        urls = self._sqs.list_queues().get("QueueUrls", [])
        return {url.rpartition("/")[2] for url in urls}

    def _is_done(self) -> bool:
        (stack,) = self._cloudformation.describe_stacks(StackName="stack")["Stacks"]
        status: Any = stack["StackStatus"]
        assert "ROLLBACK" not in status
        return bool(status.endswith("_COMPLETE"))


@pytest.fixture
def deploys(aws: Aws) -> Deploys:
    return Deploys(aws)


def test_what_a_condition_adds_is_added(deploys: Deploys) -> None:
    assert deploys.changes("false") == {("Add", "Always")}
    assert deploys.queues() == {"always"}
    assert deploys.changes("true") == {("Add", "Sometimes")}
    assert deploys.queues() == {"always", "sometimes"}


def test_what_a_condition_takes_away_is_removed(deploys: Deploys) -> None:
    assert deploys.changes("true") == {("Add", "Always"), ("Add", "Sometimes")}
    assert deploys.changes("false") == {("Remove", "Sometimes")}
    assert deploys.queues() == {"always"}


def test_the_same_again_has_no_changes(deploys: Deploys) -> None:
    deploys.changes("false")
    assert deploys.changes("false") == set()
