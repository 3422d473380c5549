"""Every change of an alarm reaches the topic `operations` of its account, by one rule."""

from typing import Any

from tests.synth.conftest import Templates
from tests.synth.template import Template, target
from tests.synth.test_deliveries import is_of_aws


def rules(stack: Template) -> list[dict[str, Any]]:
    """The rules for what CloudWatch tells of alarms."""
    return [rule for rule in stack.of("AWS::Events::Rule").values() if is_of_aws(rule)]


def test_each_account_has_one_rule_that_brings_its_alarms_to_the_topic_operations(
    extended_templates: Templates, one_account: Templates
) -> None:
    for templates in (extended_templates, one_account):
        of_account: dict[str, list[str]] = {stack.account: [] for stack in templates.values()}
        for stack in templates.values():
            for rule in rules(stack):
                (to,) = rule["Targets"]
                topic = stack.of("AWS::SNS::Topic")[target(to["Arn"])]
                of_account[stack.account].append(topic["TopicName"])
        assert set(map(tuple, of_account.values())) == {("operations",)}


def test_every_change_of_every_alarm_is_asked_for(templates: Templates) -> None:
    for stack in templates.values():
        (rule,) = rules(stack)
        assert rule["EventPattern"] == {
            "source": ["aws.cloudwatch"],
            "detail-type": ["CloudWatch Alarm State Change"],
        }


def test_nobody_but_the_rule_publishes_on_the_topic(templates: Templates) -> None:
    for stack in templates.values():
        (rule,) = rules(stack)
        (to,) = rule["Targets"]
        (only,) = stack.statements("AWS::SNS::TopicPolicy", target(to["Arn"]))
        assert only["Effect"] == "Deny"
