"""Decides what a role may do by itself, and whether the key of an encrypted place lets it in."""

from typing import Any

from routes.access.decisions import ALLOWED, Decision, decided
from routes.access.evaluation import Effect, Request, Verdict, evaluate
from routes.access.policies import Access
from routes.network.model import Place
from routes.network.places import Places
from routes.reading.assembly import Stack

# A KMS key that AWS manages has a policy that cannot be changed to let another service in.
_MANAGED_KEYS = ("alias/aws/sqs", "alias/aws/sns", "alias/aws/kinesis", "alias/aws/s3")


class Keys:
    """Answers for roles and keys, from the policies of one assembly."""

    def __init__(self, access: Access, places: Places) -> None:
        self._access = access
        self._places = places

    def of(
        self,
        place: Place,
        service: str | None,
        role: str | None,
        context: dict[str, str | None],
        actions: tuple[str, ...] = ("kms:GenerateDataKey", "kms:Decrypt"),
    ) -> Decision:
        """Returns whether a place's key lets a sender make data keys, or a reader open them."""
        key = _key_of(place)
        if not key:
            return ALLOWED
        if place.kind in ("stream", "bucket"):
            actions = actions[:1]
        if str(key).removeprefix("arn:").split(":")[-1] in _MANAGED_KEYS:
            if service is None:
                return ALLOWED
            return Decision(
                Effect.NOT_ALLOWED,
                "key policy",
                f"{key} is managed by AWS and cannot let {service} in",
            )
        arn = self._key_arn(place, str(key))
        if arn is None:
            return Decision(Effect.UNKNOWN, None, f"key {key} is not in the assembly")
        return self._opened(arn, service, role, context, actions)

    def with_key(self, key: str, stack: Stack, role: str) -> Decision:
        """Returns whether a role may encrypt with a key that it is told to use."""
        arn = _arn_of(key, stack)
        if not self._places.at(arn).resource:
            return Decision(Effect.UNKNOWN, None, f"key {key} is not in the assembly")
        return self._opened(arn, None, role, {}, ("kms:GenerateDataKey",))

    def _opened(
        self,
        arn: str,
        service: str | None,
        role: str | None,
        context: dict[str, str | None],
        actions: tuple[str, ...],
    ) -> Decision:
        policy = self._access.resource_policy(self._places.at(arn))
        for action in actions:
            request = Request(action, arn, service, role, context)
            verdict = evaluate(policy, request, identity=False)
            if verdict.effect is not Effect.ALLOWED:
                return decided(verdict, "key policy", f"{service or role} may not {action}")
            if role and not self.names_role(self._places.at(arn), role):
                # The key's policy leaves it to the account: the role itself must allow it.
                own = self.role_allows(request)
                if own.effect is not Effect.ALLOWED:
                    return decided(own, "role", f"role {role} may not {action} {arn}")
        return ALLOWED

    def _key_arn(self, place: Place, key: str) -> str | None:
        assert place.resource is not None
        arn = _arn_of(key, place.resource.stack)
        return arn if self._places.at(arn).resource else None

    def role_allows(self, request: Request) -> Verdict:
        """Returns what the role that asks may do by its own policies."""
        assert request.role is not None
        if self._access.roles.get(request.role) is None:
            return Verdict(Effect.UNKNOWN, "the role is not in the assembly")
        verdict = evaluate(self._access.roles.granted(request.role), request, identity=True)
        opaque = self._access.roles.opaque(request.role)
        if verdict.effect is Effect.NOT_ALLOWED and opaque:
            return Verdict(Effect.UNKNOWN, f"managed policy {opaque[0]} is not in the assembly")
        return verdict

    def names_role(self, place: Place, role: str) -> bool:
        """Returns whether a place's policy names a role: inside one account that is enough."""
        return any(role in str(each) for each in self._access.resource_policy(place))


def _arn_of(key: str, stack: Stack) -> str:
    if key.startswith("arn:"):
        return key
    return f"arn:{stack.partition}:kms:{stack.region}:{stack.account}:key/{key}"


def _key_of(place: Place) -> Any:
    """The customer's key with which a queue, topic, stream or bucket is encrypted."""
    if place.resource is None:
        return None
    if place.kind == "stream":
        return place.resource.get("StreamEncryption", "KeyId")
    if place.kind == "bucket":
        rules = place.resource.get("BucketEncryption", "ServerSideEncryptionConfiguration")
        first = rules[0] if isinstance(rules, list) and rules else None
        default = first.get("ServerSideEncryptionByDefault") if isinstance(first, dict) else None
        return default.get("KMSMasterKeyID") if isinstance(default, dict) else None
    return place.resource.get("KmsMasterKeyId")
