"""Apps that move events without code: nothing is said of a healthy one, each fault is named."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import aws_cdk as cdk
import pytest

from routes.checks import run
from routes.checks.base import Context, Finding
from routes.journeys.catalog import ways
from routes.journeys.graph import Routes
from routes.tests.moving_apps import APPS

# What samples leave out on purpose: places for what fails, and partial failures.
ADVICE = {"D401", "D404", "Q604"}
Resources = dict[str, Any]


class Fault(NamedTuple):
    """A change of one property (None takes it away), and the code under which it must be found.

    `at` is a resource by the beginning of its logical id and the end of its type, then the path of
    the property; without a path the resource goes.
    """

    app: str
    code: str
    at: str
    value: Any = None


_GONE = "https://sqs.eu-west-1.amazonaws.com/100000000001/gone"
_READING = "Pipe|Pipe SourceParameters KinesisStreamParameters"
_TO_BUS = "ToBus|Pipe TargetParameters EventBridgeEventBusParameters"
_FILTER = "Pipe|Pipe SourceParameters FilterCriteria Filters 0 Pattern"
_ACTIONS = "Rule|TopicRule TopicRulePayload Actions"
_S3 = "Direct|DeliveryStream ExtendedS3DestinationConfiguration"

FAULTS = [
    Fault("brokers", "M102", "Packing|EventSourceMapping Queues"),
    Fault("brokers", "M102", "Packing|EventSourceMapping SourceAccessConfigurations"),
    Fault("brokers", "M102", "Packing|EventSourceMapping MaximumRetryAttempts", 3),
    Fault("brokers", "M102", "Counting|EventSourceMapping Topics"),
    Fault("brokers", "M102", "Counting|EventSourceMapping StartingPosition"),
    Fault("brokers", "M102", "Counting|EventSourceMapping ProvisionedPollerConfig"),
    Fault("brokers", "M107", "Counting|EventSourceMapping StartingPosition", "LATEST"),
    Fault("brokers", "M108", "Counting|EventSourceMapping MaximumRetryAttempts"),
    Fault("brokers", "D401", "Counting|EventSourceMapping DestinationConfig"),
    Fault("brokers", "A507", "CountServiceRoleDefault|Policy PolicyDocument Statement 1"),
    Fault("brokers", "A507", "PackServiceRoleDefault|Policy PolicyDocument Statement"),
    Fault("brokers", "J801", "Packing|EventSourceMapping Enabled", False),
    Fault("streaming", "M102", "Pipe|Pipe TargetParameters"),
    Fault("streaming", "M102", f"{_READING} StartingPosition"),
    Fault("streaming", "M102", f"{_READING} StartingPosition", "AT_TIMESTAMP"),
    Fault("streaming", "M102", f"{_READING} MaximumRecordAgeInSeconds", 30),
    Fault("streaming", "M102", "Pipe|Pipe SourceParameters SqsQueueParameters", {"BatchSize": 1}),
    Fault("streaming", "M107", f"{_READING} StartingPosition", "LATEST"),
    Fault("streaming", "M108", f"{_READING} MaximumRetryAttempts"),
    Fault("streaming", "M106", f"{_READING} MaximumRetryAttempts", 0),
    Fault("streaming", "S901", f"{_READING} ParallelizationFactor", 11),
    Fault("streaming", "S902", f"{_READING} OnPartialBatchItemFailure", "BISECT"),
    Fault("streaming", "D401", f"{_READING} DeadLetterConfig"),
    Fault("streaming", "D403", f"{_READING} DeadLetterConfig Arn", {"Fn::GetAtt": ["Lake", "Arn"]}),
    Fault("streaming", "J801", "Pipe|Pipe DesiredState", "STOPPED"),
    Fault("streaming", "M103", _FILTER, '{"body": {"source": ["shop"]}}'),
    Fault("streaming", "J807", _FILTER, '{"data": {"source": ["shap"]}}'),
    Fault("streaming", "A507", "RoleDefault|Policy PolicyDocument Statement 0"),
    Fault("streaming", "A506", "ToStream|Rule Targets 0 RoleArn"),
    Fault("streaming", "S905", f"{_S3} ErrorOutputPrefix"),
    Fault("streaming", "S905", "Raw|DeliveryStream DeliveryStreamType", "DirectPut"),
    Fault("streaming", "S903", f"{_S3} RoleARN"),
    Fault("streaming", "S905", _S3),
    Fault("streaming", "S905", f"{_S3} CloudWatchLoggingOptions LogGroupName"),
    Fault("uploading", "J812", "BucketNotifications|S3BucketNotifications"),
    Fault("uploading", "J805", "Uploaded|Rule EventBusName", {"Ref": "Results"}),
    Fault("uploading", "Q603", "Queue|Queue VisibilityTimeout", 20),
    Fault("uploading", "Q602", "Queue|Queue VisibilityTimeout", 170),
    Fault("uploading", "D401", "Queue|Queue RedrivePolicy"),
    Fault("uploading", "R105", f"{_TO_BUS} Source", "scaner"),
    Fault("uploading", "R105", _TO_BUS),
    Fault(
        "uploading",
        "M102",
        "ToBus|Pipe SourceParameters",
        {"SqsQueueParameters": {"BatchSize": 11}},
    ),
    Fault("uploading", "W102", "ToBus|Pipe Source", {"Fn::GetAtt": ["Queue", "Arn"]}),
    Fault("devices", "D401", "Rule|TopicRule TopicRulePayload ErrorAction"),
    Fault("devices", "D406", "Rule|TopicRule TopicRulePayload ErrorAction Sqs QueueUrl", _GONE),
    Fault("devices", "J801", "Rule|TopicRule TopicRulePayload RuleDisabled", True),
    Fault("devices", "A504", "HandleIot|Permission"),
    Fault("devices", "A506", f"{_ACTIONS} 1 Sqs RoleArn"),
    Fault("devices", "J806", f"{_ACTIONS} 3 Kinesis StreamName", "gone"),
    Fault("devices", "A507", "RoleDefault|Policy PolicyDocument Statement 0"),
    Fault("apis", "R105", "Put|Integration RequestParameters Source", "wep"),
    Fault("apis", "J806", "Put|Integration RequestParameters EventBusName", "gone"),
    Fault("apis", "A506", "RestPOST|Method Integration Credentials"),
    Fault("apis", "A507", "RoleDefault|Policy PolicyDocument Statement 0"),
    Fault(
        "clocks", "S902", "Send|Schedule Target Arn", "arn:aws:scheduler:::aws-sdk:sqs:SendMessage"
    ),
    Fault(
        "clocks", "S902", "Put|Schedule Target Arn", "arn:aws:scheduler:::aws-sdk:events:putEvents"
    ),
    Fault("clocks", "S902", "Stop|Schedule Target Arn", "arn:aws:scheduler:::aws-sdk:rds:listTags"),
    Fault("clocks", "S903", "Send|Schedule Target Input", '{"MessageBody": "x"}'),
    Fault("clocks", "S905", "Send|Schedule ScheduleExpression", "every(hour)"),
    Fault("clocks", "R105", "Templated|Schedule Target EventBridgeParameters Source", "clok"),
    Fault("clocks", "D401", "Publish|Schedule Target DeadLetterConfig"),
    Fault(
        "callers", "A504", "WebFunctionUrl|Url TargetFunctionArn", {"Fn::GetAtt": ["Book", "Arn"]}
    ),
    Fault(
        "callers",
        "A504",
        "Pool|UserPool LambdaConfig PostConfirmation",
        {"Fn::GetAtt": ["Book", "Arn"]},
    ),
    Fault("callers", "S902", "WebFunctionUrl|Url AuthType", "none"),
    Fault("callers", "N107", "Chat|SlackChannelConfiguration"),
    Fault("callers", "S905", "Partner|EventBus Name", "one"),
    Fault("callers", "J812", "OnPartner|Rule EventPattern", {"source": ["aws.partner/other"]}),
]


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with an assembly `assembly-APP` for each app."""
    app = cdk.App(outdir=str(tmp_path_factory.mktemp("out")), analytics_reporting=False)
    home = cdk.Environment(account="100000000001", region="eu-west-1")
    for name, (build, _) in APPS.items():
        build(cdk.Stack(cdk.Stage(app, name, env=home), "Stack"))
    app.synth()
    return Path(app.outdir)


def checked(folder: Path) -> list[Finding]:
    return run(Context(Routes.of(folder), []))


def told(findings: list[Finding]) -> list[str]:
    return [f"{each.code.id} {each.place}: {each.message}" for each in findings]


@pytest.mark.parametrize("app", APPS)
def test_a_healthy_app_gets_advice_at_most(assemblies: Path, app: str) -> None:
    found = checked(assemblies / f"assembly-{app}")
    grave = [each for each in found if each.severity != "note" and each.code.id not in ADVICE]
    assert told(grave) == []


@pytest.mark.parametrize("app", APPS)
def test_every_way_is_followed(assemblies: Path, app: str) -> None:
    routes = Routes.of(assemblies / f"assembly-{app}")
    ends = {
        step.hop.target for way in ways(routes, []) for step in way.steps.values() if step.is_end
    }
    stopped = [
        f"{step.hop.label}: {step.reason}"
        for way in ways(routes, [])
        for step in way.steps.values()
        if not step.arrived
    ]
    assert stopped == []
    assert {place.name.rsplit("/", 1)[-1] for place in ends} >= APPS[app][1]


def test_what_is_not_followed_is_named(assemblies: Path) -> None:
    notes = [each for each in checked(assemblies / "assembly-clocks") if each.code.id == "H304"]
    assert [each.message.split(" → ")[1] for each in notes] == [
        "AWS API action rds:stopDBCluster: this kind of target is not followed"
    ]


def test_a_web_address_that_anyone_may_call_is_noted(assemblies: Path) -> None:
    notes = [each for each in checked(assemblies / "assembly-callers") if each.code.id == "A515"]
    assert [(each.severity, each.message) for each in notes] == [
        ("note", "anyone may call function Stack/Web")
    ]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: f"{each.code} {each.at}")
def test_a_planted_fault_is_rightly_named(assemblies: Path, tmp_path: Path, fault: Fault) -> None:
    folder = assemblies / f"assembly-{fault.app}"
    before = checked(folder)
    changed = shutil.copytree(folder, tmp_path / folder.name)
    (file,) = changed.glob("*.template.json")
    file.write_text(json.dumps(planted(json.loads(file.read_text()), fault)))
    fresh = set(told(checked(changed))) - set(told(before))
    assert fault.code in {each.split(" ")[0] for each in fresh}, sorted(fresh)


def planted(template: dict[str, Any], fault: Fault) -> dict[str, Any]:
    changed = copy.deepcopy(template)
    resources = changed["Resources"]
    at, *path = fault.at.split(" ")
    logical_id = _named(resources, *at.split("|"))
    if not path:
        del resources[logical_id]
        return changed
    node = resources[logical_id].setdefault("Properties", {})
    for key in path[:-1]:
        node = node[int(key) if key.isdigit() else key]
    last = int(path[-1]) if path[-1].isdigit() else path[-1]
    if fault.value is None:
        del node[last]
    else:
        node[last] = _with_ids(resources, fault.value)
    assert changed != template
    return changed


def _named(resources: Resources, start: str, kind: str) -> str:
    return next(
        logical_id
        for logical_id, each in resources.items()
        if logical_id.startswith(start) and each["Type"].endswith(f"::{kind}")
    )


def _with_ids(resources: Resources, value: Any) -> Any:
    """A value whose references name the construct, in place of its logical id."""
    if not isinstance(value, dict):
        return value
    finders: dict[str, Callable[[Any], Any]] = {
        "Ref": lambda name: _of_construct(resources, name),
        "Fn::GetAtt": lambda named: [_of_construct(resources, named[0]), named[1]],
    }
    return {key: finders[key](each) if key in finders else each for key, each in value.items()}


def _of_construct(resources: Resources, name: str) -> str:
    kinds = ("Function", "Bucket", "EventBus", "Queue")
    return next(
        logical_id
        for logical_id, each in resources.items()
        if logical_id.removeprefix(name)[8:] == "" and each["Type"].endswith(kinds)
    )
