"""The metrics of a rule name its bus, unless that is the default bus."""

import pytest

from routes.tests import sample
from routes.tests.conftest import Check
from routes.tests.sample import resource


@pytest.mark.parametrize(
    ("bus", "named", "code"),
    [
        ("default", None, set()),
        ("default", "default", {"N102"}),
        ("shop", "shop", set()),
        ("shop", None, {"N102"}),
        ("shop", "billing", {"N103"}),
    ],
)
def test_an_alarm_of_a_rule_names_the_bus_as_the_metric_does(
    check: Check, bus: str, named: str | None, code: set[str]
) -> None:
    templates = sample.shop()
    shop = templates["Shop"]["Resources"]
    shop["Rule"] = resource(
        "Events::Rule",
        Name="nightly",
        EventBusName=bus if bus == "default" else {"Ref": "Bus"},
        EventPattern={"source": ["shop"]},
        State="DISABLED",
    )
    dimensions = [{"Name": "RuleName", "Value": "nightly"}]
    if named:
        dimensions.append({"Name": "EventBusName", "Value": named})
    shop["RuleAlarm"] = sample.alarm("Letters")
    shop["RuleAlarm"]["Properties"] |= {
        "Namespace": "AWS/Events",
        "MetricName": "InvocationsFailedToBeSentToDlq",
        "Dimensions": dimensions,
        "Statistic": "Sum",
    }
    found = {each.code.id for each in check(templates) if "RuleAlarm" in each.place}
    assert found == code
