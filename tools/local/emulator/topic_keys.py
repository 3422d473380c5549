"""With IAM enforced, who publishes to an encrypted topic must be allowed to use its key.

A topic with a customer managed key takes messages only from those that may call
kms:GenerateDataKey and kms:Decrypt: a service by the key's policy, a role by its own policies.
Without, EventBridge cannot deliver to the topic at all.
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html

ministack 1.5.33 asks for no key. This can go when it does under AUTH=true.
"""

from typing import Any

from ministack.core.iam_evaluator import caller_arn
from ministack.services import kms, sns

from local.emulator import policies, scopes, seams

ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")


def install() -> None:
    """Asks before a message is published over the API."""
    for name in ("_publish", "_publish_batch"):
        seams.replace(sns, name, _asking(seams.original(sns, name)))


def service_may_use_key(topic_arn: str, service: str) -> bool:
    """Whether a service may use the key of a topic; always so for a topic without one."""
    key = _key(topic_arn)
    return key is None or all(
        policies.resource_decision(
            key["Policy"],
            principal="*",
            action=action,
            resource=key["Arn"],
            conditions={},
            service=service,
        )
        == "Allow"
        for action in ACTIONS
    )


def role_may_use_key(topic_arn: str, role: str) -> bool:
    """Whether a role may use the key of a topic; always so for a topic without one."""
    key = _key(topic_arn)
    return key is None or all(
        policies.role_is_granted(role, action, key["Arn"]) for action in ACTIONS
    )


def _asking(publish: Any) -> Any:
    def publish_if_key_allows(params: dict[str, Any]) -> Any:
        key = _key(sns._p(params, "TopicArn") or sns._p(params, "TargetArn"))
        caller = str(caller_arn())
        if key is None or ":assumed-role/" not in caller:
            return publish(params)
        role = caller.replace(":sts:", ":iam:").replace(":assumed-role/", ":role/")
        role = role.rsplit("/", 1)[0]
        if all(policies.role_is_granted(role, action, key["Arn"]) for action in ACTIONS):
            return publish(params)
        message = f"{caller} is not authorized to use the key {key['Arn']} of the topic"
        return sns._error("KMSAccessDenied", message, 400)

    return publish_if_key_allows


def _key(topic_arn: str) -> dict[str, Any] | None:
    """The customer managed key of a topic, where it has one and IAM is enforced."""
    topic = sns._topic_by_arn_any_scope(topic_arn) if topic_arn else None
    reference = topic["attributes"].get("KmsMasterKeyId") if topic else None
    if reference is None or not policies.iam_is_enforced():
        return None
    with scopes.owner_of(topic_arn):
        key: dict[str, Any] | None = kms._resolve_key(reference)
    return key
