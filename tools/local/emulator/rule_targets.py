"""Rules deliver to buses, log groups, queues, topics and functions, or to the target's DLQ.

AWS sends an event that it cannot deliver (the target is gone, or does not permit it) at once to
the target's dead-letter queue, with attributes that say which rule, which target and why.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
A log group as target gets the event as a log message, when a resource policy of CloudWatch Logs
allows it. A function gets it by an asynchronous invocation, with its retries.

ministack 1.5.33 drops events for log groups, never uses a target's dead-letter queue, calls a
function once, and under AUTH=true does not ask the policies of topics, queues and log groups.
This can go when it does all of these; the tests of this addition tell.
"""

import json
import time
from typing import Any

from ministack.core.arn import parse_arn
from ministack.services import cloudwatch_logs, eventbridge, lambda_svc, sns, sqs

from local.emulator import bus_hops, policies, queues, record_targets, scopes, seams, topic_keys
from local.emulator.undeliverable import NO_PERMISSIONS, RESOURCE_NOT_FOUND, Undeliverable

SERVICE = "events.amazonaws.com"
SENDING = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}
LOG_SERVICES = ("events.amazonaws.com", "delivery.logs.amazonaws.com")


def install() -> None:
    """Delivers to targets by this module."""
    deliver_as_ministack = seams.original(eventbridge, "_invoke_target")

    def invoke_target(
        target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
    ) -> None:
        view = view or eventbridge._pattern_event_view(event)
        try:
            service = parse_arn(target["Arn"]).service
            if service == "events" and ":event-bus/" in target["Arn"]:
                bus_hops.forward(target, event, rule, view)
            elif service == "logs":
                _deliver_to_log_group(target, rule, view)
            elif service == "lambda":
                _deliver_to_function(target, rule, view)
            elif service in record_targets.WRITING:
                payload = _payload(target, rule, view)
                record_targets.deliver(target, view.event_with_detail(), payload)
            else:
                _check_reachable(target, rule)
                deliver_as_ministack(target, event, rule, view)
        except Undeliverable as reason:
            _dead_letter(target, rule, view, reason)

    seams.replace(eventbridge, "_invoke_target", invoke_target)


def _payload(target: dict[str, Any], rule: dict[str, Any], view: Any) -> str:
    if target.get("InputTransformer"):
        return str(eventbridge._apply_input_transformer(target["InputTransformer"], rule, view))
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath", "$") == "$":
        return _text(view)
    return json.dumps(_at(target["InputPath"], view.event_with_detail()))


_last: tuple[Any, str] = (None, "")


def _text(view: Any) -> str:
    """The event as JSON, written once for its targets, which come one after the other."""
    global _last
    known, text = _last
    if known is not view:
        text = json.dumps(view.event_with_detail())
        _last = view, text
    return text


def _at(path: str, event: dict[str, Any]) -> Any:
    """What stands at a path such as `$.detail.id`; the whole event where nothing does."""
    found: Any = event
    for name in path.removeprefix("$").split("."):
        if name:
            found = found.get(name) if isinstance(found, dict) else None
    return event if found is None else found


def _deliver_to_log_group(target: dict[str, Any], rule: dict[str, Any], view: Any) -> None:
    group = target["Arn"].split(":log-group:", 1)[1].removesuffix(":*")
    if group not in cloudwatch_logs._log_groups:
        raise Undeliverable(RESOURCE_NOT_FOUND, f"log group {group} does not exist")
    if not _logs_policy_allows(target["Arn"], rule["Arn"]):
        raise Undeliverable(
            NO_PERMISSIONS, f"no resource policy lets {SERVICE} write to log group {group}"
        )
    stream = {"logGroupName": group, "logStreamName": rule["Name"]}
    if stream["logStreamName"] not in cloudwatch_logs._log_groups[group]["streams"]:
        cloudwatch_logs._create_log_stream(stream)
    entry = {"timestamp": int(time.time() * 1000), "message": _payload(target, rule, view)}
    cloudwatch_logs._put_log_events({**stream, "logEvents": [entry]})


def _logs_policy_allows(log_group_arn: str, rule_arn: str) -> bool:
    # Without a resource policy AWS writes nothing, whoever asks: no need for IAM to be enforced.
    resource = f"{log_group_arn.removesuffix(':*')}:log-stream:any"
    return any(
        policies.resource_decision(
            policy["policyDocument"],
            principal="*",
            action=action,
            resource=resource,
            conditions={"aws:SourceArn": rule_arn, "aws:SourceAccount": scopes.account()},
            service=service,
        )
        == "Allow"
        for policy in cloudwatch_logs._resource_policies.values()
        for service in LOG_SERVICES
        for action in ("logs:PutLogEvents",)
    )


def _deliver_to_function(target: dict[str, Any], rule: dict[str, Any], view: Any) -> None:
    function, config, _ = lambda_svc._get_func_record_for_ref(target["Arn"])
    if function is None or config is None:
        raise Undeliverable(RESOURCE_NOT_FOUND, f"function {target['Arn']} does not exist")
    record = lambda_svc._execution_record_for_config(function, config)
    lambda_svc.invoke_async_with_retry(record, json.loads(_payload(target, rule, view)))


def _check_reachable(target: dict[str, Any], rule: dict[str, Any]) -> None:
    """The rule's role decides where there is one; where there is none, the target's policy."""
    arn, rule_arn, account = target["Arn"], rule["Arn"], scopes.account()
    service = parse_arn(arn).service
    role = target.get("RoleArn") or rule.get("RoleArn")
    if role and service in SENDING:
        _check_role(role, service, arn)
        return
    if service == "sqs":
        found = sqs._queue_by_arn(arn) is not None
        allowed = found and sqs.queue_policy_allows(arn, SERVICE, rule_arn, account)
    elif service == "sns":
        found = sns._topic_by_arn_any_scope(arn) is not None
        allowed = found and sns.topic_policy_allows(arn, SERVICE, rule_arn, account)
    else:
        return
    if not found:
        raise Undeliverable(RESOURCE_NOT_FOUND, f"target {arn} does not exist")
    if service == "sns" and not topic_keys.service_may_use_key(arn, SERVICE):
        raise Undeliverable(NO_PERMISSIONS, f"the key of {arn} does not let {SERVICE} use it")
    if not allowed:
        raise Undeliverable(NO_PERMISSIONS, f"the policy of {arn} does not let {SERVICE} send")


def _check_role(role: str, service: str, arn: str) -> None:
    found = sqs._queue_by_arn(arn) if service == "sqs" else sns._topic_by_arn_any_scope(arn)
    if found is None:
        raise Undeliverable(RESOURCE_NOT_FOUND, f"target {arn} does not exist")
    if not policies.role_allows(role, SENDING[service], arn, service=SERVICE):
        raise Undeliverable(NO_PERMISSIONS, f"{role} may not {SENDING[service]} {arn}")
    if service == "sns" and not topic_keys.role_may_use_key(arn, role):
        raise Undeliverable(NO_PERMISSIONS, f"{role} may not use the key of {arn}")


def _dead_letter(
    target: dict[str, Any], rule: dict[str, Any], view: Any, reason: Undeliverable
) -> None:
    queue = target.get("DeadLetterConfig", {}).get("Arn")
    eventbridge.logger.warning("rule %s, target %s: %s", rule["Arn"], target["Arn"], reason)
    if queue is None:
        return
    try:
        queues.put(
            queue,
            _text(view),
            service=SERVICE,
            source_arn=rule["Arn"],
            attributes={
                "RULE_ARN": rule["Arn"],
                "TARGET_ARN": target["Arn"],
                "ERROR_CODE": reason.code,
                "ERROR_MESSAGE": reason.message,
                "RETRY_ATTEMPTS": "0",
            },
        )
    except queues.QueueRefused as refusal:
        # AWS loses the event here too, and counts it in InvocationsFailedToBeSentToDlq.
        eventbridge.logger.error("rule %s: event lost: %s", rule["Arn"], refusal)
