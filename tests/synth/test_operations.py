"""Every change of a domain's alarms reaches its topic `<domain>-operations`, by one rule."""

from typing import Any

from tests.synth.template import Template, target
from tests.synth.test_deliveries import is_of_aws


def rule_of(stack: Template) -> tuple[dict[str, Any], str]:
    """The rule for what CloudWatch tells of alarms, and the topic that it goes to."""
    (rule,) = [rule for rule in stack.of("AWS::Events::Rule").values() if is_of_aws(rule)]
    (to,) = rule["Targets"]
    return rule, target(to["Arn"])


def test_every_change_of_the_domains_alarms_goes_to_its_topic(stack: Template) -> None:
    rule, topic = rule_of(stack)
    assert stack.of("AWS::SNS::Topic")[topic]["TopicName"] == f"{stack.domain}-operations"
    assert rule["EventPattern"] == {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": [{"prefix": f"{stack.stack_name}-"}]},
    }


def test_an_alarm_is_named_by_its_stack(stack: Template) -> None:
    alarms = stack.of("AWS::CloudWatch::Alarm").values()
    assert all("AlarmName" not in alarm for alarm in alarms)


def test_nobody_but_the_rule_publishes_on_the_topic(stack: Template) -> None:
    (only,) = stack.statements("AWS::SNS::TopicPolicy", rule_of(stack)[1])
    assert only["Effect"] == "Deny"
