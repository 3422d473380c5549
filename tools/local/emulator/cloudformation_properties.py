"""CloudFormation honours properties that ministack's provisioners drop.

ministack 1.5.33 creates the resource and says nothing of these:
- AWS::Events::EventBus: Policy, DeadLetterConfig, KmsKeyIdentifier
- AWS::Events::Rule: a target in another account's bus without a role is accepted
- AWS::DynamoDB::Table and GlobalTable: TimeToLiveSpecification, point in time recovery, encryption
- AWS::SNS::Topic: FifoTopic and the other attributes; AWS::SNS::Subscription: a topic in another
  account, or one that does not exist
- AWS::Lambda::Function: DeadLetterConfig, ReservedConcurrentExecutions, code that is not there
- AWS::Lambda::EventSourceMapping: Enabled as its state, properties removed by an update

An entry can go when ministack honours it: when the test of its behaviour passes without it.
"""

import json
from typing import Any

from ministack.services import dynamodb, eventbridge, lambda_svc, sns

from local.emulator import scopes, seams

Properties = dict[str, Any]
TOPIC_ATTRIBUTES = (
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)
MAPPING_OPTIONS = (
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "FilterCriteria",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "ScalingConfig",
)


def install() -> None:
    """Applies the properties after each create and update."""
    seams.after_write("AWS::Events::EventBus", _event_bus)
    seams.after_write("AWS::DynamoDB::Table", _table)
    seams.after_write("AWS::DynamoDB::GlobalTable", _global_table)
    seams.after_write("AWS::SNS::Topic", _topic)
    seams.after_write("AWS::Lambda::Function", _function)
    seams.after_write("AWS::Lambda::EventSourceMapping", _event_source_mapping)
    seams.before_write("AWS::Events::Rule", _rule)
    seams.before_write("AWS::SNS::Topic", _fifo_topic)
    seams.before_write("AWS::SNS::Subscription", _subscription)
    seams.in_scope_of("AWS::SNS::Subscription", "TopicArn")


def _event_bus(name: str, properties: Properties) -> None:
    policy = properties.get("Policy")
    if policy:
        parsed = json.loads(policy) if isinstance(policy, str) else policy
        eventbridge._event_bus_policies[name] = {"Version": "2012-10-17", **parsed}
    for key in ("DeadLetterConfig", "KmsKeyIdentifier", "LogConfig"):
        if key in properties:
            eventbridge._event_buses[name][key] = properties[key]


def _rule(properties: Properties) -> None:
    for target in properties.get("Targets", []):
        refusal = eventbridge._validate_target_arn(target)
        if refusal:
            raise ValueError(f"target {target.get('Id')}: {json.loads(refusal[2])['message']}")


def _table(name: str, properties: Properties) -> None:
    ttl = properties.get("TimeToLiveSpecification", {})
    if ttl.get("Enabled"):
        _check(dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": ttl}))
    recovery = properties.get("PointInTimeRecoverySpecification")
    if recovery:
        request = {"TableName": name, "PointInTimeRecoverySpecification": recovery}
        _check(dynamodb._update_continuous_backups(request))
    encryption = properties.get("SSESpecification", {})
    if encryption.get("SSEEnabled"):
        dynamodb._tables[name]["SSEDescription"] = {
            "Status": "ENABLED",
            "SSEType": encryption.get("SSEType", "KMS"),
        }


def _global_table(name: str, properties: Properties) -> None:
    replicas = properties.get("Replicas", [])
    local: Properties = next((r for r in replicas if r.get("Region") == scopes.region()), {})
    recovery = local.get("PointInTimeRecoverySpecification")
    _table(name, {**properties, "PointInTimeRecoverySpecification": recovery})


def _topic(arn: str, properties: Properties) -> None:
    attributes = sns._topics[arn]["attributes"]
    for key in TOPIC_ATTRIBUTES:
        value = properties.get(key)
        if value is None:
            attributes.pop(key, None)
        elif isinstance(value, bool):
            attributes[key] = str(value).lower()
        else:
            attributes[key] = json.dumps(value) if isinstance(value, dict) else str(value)


def _fifo_topic(properties: Properties) -> None:
    if properties.get("FifoTopic") and not properties.get("TopicName", "").endswith(".fifo"):
        raise ValueError("TopicName: a FIFO topic needs a name that ends in .fifo")


def _subscription(properties: Properties) -> None:
    arn = properties["TopicArn"]
    if arn not in sns._topics:
        raise ValueError(f"TopicArn: topic {arn} does not exist")


def _function(name: str, properties: Properties) -> None:
    function = lambda_svc._functions[name]
    if not function["code_zip"]:
        raise ValueError(f"the code of function {name} does not exist: {properties['Code']}")
    reserved = properties.get("ReservedConcurrentExecutions")
    function["concurrency"] = None if reserved is None else int(reserved)
    dead_letters = properties.get("DeadLetterConfig")
    if dead_letters:
        function["config"]["DeadLetterConfig"] = dead_letters
    else:
        function["config"].pop("DeadLetterConfig", None)


def _event_source_mapping(uuid: str, properties: Properties) -> None:
    mapping = lambda_svc._esms[uuid]
    enabled = str(properties.get("Enabled", True)).lower() == "true"
    mapping["Enabled"], mapping["State"] = enabled, "Enabled" if enabled else "Disabled"
    for key in MAPPING_OPTIONS:
        if key not in properties:
            mapping.pop(key, None)


def _check(response: tuple[int, Any, bytes]) -> None:
    if response[0] >= 400:
        raise ValueError(json.loads(response[2]).get("message", response[2]))
