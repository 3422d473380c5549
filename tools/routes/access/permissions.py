"""Decides whether a hop may happen: the sender's role, the receiver's policy, the key's policy.

Which of them a delivery needs is in
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html.
"""

from typing import Any

from routes.access.decisions import (
    ALLOWED,
    GUARDS,
    READING,
    SECURE,
    SENDING,
    SERVICES,
    Call,
    Decision,
    call_of,
    call_to,
    decided,
    event_context,
    first_failure,
    sender_context,
)
from routes.access.evaluation import Effect, Request, Verdict, evaluate
from routes.access.policies import Access
from routes.access.roles import Statements
from routes.access.shares import subscribing
from routes.network.model import Hop, Place
from routes.network.places import Places

# A KMS key that AWS manages has a policy that cannot be changed to let another service in.
_MANAGED_KEYS = ("alias/aws/sqs", "alias/aws/sns")


class Permissions:
    """Answers whether deliveries are permitted, from the policies of one assembly."""

    def __init__(self, access: Access, places: Places) -> None:
        self._access = access
        self._places = places

    def of_hop(self, hop: Hop, event: dict[str, Any] | None = None) -> Decision:
        """Returns whether a hop may carry an event.

        Without an event, conditions on its source and detail-type count as unknown.
        """
        if hop.kind in ("archive", "delivery"):
            return ALLOWED
        if hop.target.kind not in SENDING:
            return Decision(Effect.UNKNOWN, None, f"{hop.target.label} is not followed")
        if hop.kind == "event source mapping":
            return self._reading(hop.source, hop.role)
        if hop.kind == "pipe":
            return first_failure(
                self._assumable(hop.role, "pipes.amazonaws.com"),
                self._reading(hop.source, hop.role),
                self._enriching(hop),
                self._by_role(hop.role, hop.target, {}, call_of(hop)),
            )
        if hop.kind == "subscriber":
            return first_failure(
                subscribing(hop, self._access.letting_in(hop.source)),
                self._by_role(hop.role, hop.target, {}, call_of(hop)),
            )
        context = self._context(hop, event)
        if hop.kind == "rule" and self._needs_role(hop):
            return first_failure(
                self._assumable(hop.role, "events.amazonaws.com"),
                self._by_role(hop.role, hop.target, context, call_of(hop)),
            )
        if hop.target.kind == "delivery stream":
            return self._by_role(hop.role, hop.target, {})
        return self._by_service(hop.target, SERVICES[hop.kind], context, call_of(hop))

    def of_dead_letter(self, hop: Hop) -> Decision:
        """Returns whether the sender of a hop may write to the hop's dead-letter place."""
        assert hop.dead_letter is not None
        place = self._places.at(hop.dead_letter)
        if hop.kind in SERVICES:
            # The service writes there itself, even where it sends to the target in a role.
            return self._by_service(place, SERVICES[hop.kind], sender_context(hop))
        return self._by_role(hop.role, place, {})

    def may_send(self, role: str, place: Place, event: dict[str, Any] | None = None) -> Decision:
        """Returns whether code that runs in a role may send to a place."""
        context = event_context(event, by_rule=False) if place.kind == "bus" else {}
        return self._by_role(role, place, context)

    def _needs_role(self, hop: Hop) -> bool:
        if hop.target.kind in ("queue", "topic", "function", "log group"):
            return hop.role is not None
        return hop.target.kind != "bus" or hop.leaves_home or hop.role is not None

    def _enriching(self, pipe: Hop) -> Decision:
        """A pipe calls the function that enriches its events in its own role."""
        arn = pipe.settings.get("Enrichment")
        place = self._places.at(arn, pipe.resource.stack) if arn else None
        if place is None or place.kind != "function":
            return ALLOWED
        return self._by_role(pipe.role, place, {}, Call(SENDING["function"], str(arn)))

    def _by_service(
        self,
        place: Place,
        service: str,
        context: dict[str, str | None],
        call: Call | None = None,
    ) -> Decision:
        if place.kind not in SENDING:
            return Decision(Effect.UNKNOWN, None, f"{place.kind} is not followed")
        if place.kind == "log group":
            return self._log_group(place, service)
        if place.resource is None:
            return Decision(Effect.UNKNOWN, None, f"{place.label} is not in the assembly")
        call = call or call_to(place)
        request = Request(call.action, call.arn, service, None, context)
        verdict = evaluate(self._access.resource_policy(place), request, identity=False)
        if place.kind == "bus" and verdict.effect is Effect.NOT_ALLOWED:
            return Decision(Effect.UNKNOWN, None, "a rule without a role, inside one account")
        if verdict.effect is not Effect.ALLOWED:
            return decided(verdict, GUARDS.get(place.kind), f"{service} may not {request.action}")
        return self._key(place, service, None, context)

    def _by_role(
        self,
        role: str | None,
        place: Place,
        context: dict[str, str | None],
        call: Call | None = None,
    ) -> Decision:
        if role is None:
            return Decision(Effect.NOT_ALLOWED, "role", f"{place.label} needs a role, it has none")
        if place.kind not in SENDING:
            return Decision(Effect.UNKNOWN, None, f"{place.kind} is not followed")
        call = call or call_to(place)
        request = Request(call.action, call.arn, None, role, {**context, **call.context})
        own = self._role_allows(request)
        other = evaluate(self._access.letting_in(place), request, identity=False)
        if other.effect is Effect.DENIED:
            return decided(other, GUARDS.get(place.kind), f"{role} may not {request.action}")
        if own.effect is not Effect.ALLOWED:
            named = other.effect is Effect.ALLOWED and request.account == place.account
            if not (named and self._names_role(place, role)):
                return decided(own, "role", f"role {role} may not {call.action} {call.arn}")
        if request.account != place.account and place.kind in GUARDS:
            if place.resource is None:
                return Decision(Effect.UNKNOWN, None, f"{place.label} is not in the assembly")
            if other.effect is not Effect.ALLOWED:
                reason = f"account {request.account} may not {request.action} on {place.arn}"
                return decided(other, GUARDS[place.kind], reason)
        return self._key(place, None, role, context)

    def _reading(self, place: Place, role: str | None) -> Decision:
        if role is None:
            return Decision(Effect.UNKNOWN, None, "the function is not in the assembly")
        if place.kind not in READING:
            return Decision(Effect.UNKNOWN, None, f"{place.kind} is not followed")
        arn = f"{place.arn}/stream/latest" if place.kind == "table" else place.arn
        for action in READING[place.kind]:
            verdict = self._role_allows(Request(action, arn, None, role))
            if verdict.effect is not Effect.ALLOWED:
                return decided(verdict, "role", f"role {role} may not {action} {arn}")
        return ALLOWED

    def _role_allows(self, request: Request) -> Verdict:
        assert request.role is not None
        if self._access.roles.get(request.role) is None:
            return Verdict(Effect.UNKNOWN, "the role is not in the assembly")
        verdict = evaluate(self._access.roles.granted(request.role), request, identity=True)
        opaque = self._access.roles.opaque(request.role)
        if verdict.effect is Effect.NOT_ALLOWED and opaque:
            return Verdict(Effect.UNKNOWN, f"managed policy {opaque[0]} is not in the assembly")
        return verdict

    def _assumable(self, role: str | None, service: str) -> Decision:
        resource = self._access.roles.get(role)
        if resource is None:
            return ALLOWED  # what the role may do says that it is missing or unknown
        request = Request("sts:AssumeRole", "", service)
        verdict = evaluate(self._access.roles.trust(resource), request, identity=False)
        if verdict.effect is Effect.NOT_ALLOWED:
            return decided(verdict, "role", f"{service} may not assume role {role}")
        return ALLOWED

    def _names_role(self, place: Place, role: str) -> bool:
        """Inside one account a resource policy that names the role itself is enough."""
        return any(role in str(each) for each in self._access.resource_policy(place))

    def _log_group(self, place: Place, service: str) -> Decision:
        statements: Statements = [
            statement
            for _, found in self._access.log_policies[place.account, place.region]
            for statement in found
        ]
        arn = place.arn if place.arn.endswith(":*") else f"{place.arn}:*"
        verdict = evaluate(statements, Request("logs:PutLogEvents", arn, service), identity=False)
        if verdict.effect is Effect.ALLOWED:
            return ALLOWED
        if place.resource is None and not statements:
            return Decision(Effect.UNKNOWN, None, f"{place.label} is not in the assembly")
        return decided(verdict, "log resource policy", f"{service} may not logs:PutLogEvents")

    def _key(
        self, place: Place, service: str | None, role: str | None, context: dict[str, str | None]
    ) -> Decision:
        """The key of an encrypted target must let the sender make data keys with it."""
        key = place.resource.get("KmsMasterKeyId") if place.resource else None
        if not key:
            return ALLOWED
        if str(key) in _MANAGED_KEYS:
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
        policy = self._access.resource_policy(self._places.at(arn))
        for action in ("kms:GenerateDataKey", "kms:Decrypt"):
            request = Request(action, arn, service, role, context)
            verdict = evaluate(policy, request, identity=False)
            if verdict.effect is not Effect.ALLOWED:
                return decided(verdict, "key policy", f"{service or role} may not {action}")
            if role and not self._names_role(self._places.at(arn), role):
                # The key's policy leaves it to the account: the role itself must allow it.
                own = self._role_allows(request)
                if own.effect is not Effect.ALLOWED:
                    return decided(own, "role", f"role {role} may not {action} {arn}")
        return ALLOWED

    def _key_arn(self, place: Place, key: str) -> str | None:
        assert place.resource is not None
        stack = place.resource.stack
        arn = (
            key
            if key.startswith("arn:")
            else f"arn:{stack.partition}:kms:{stack.region}:{stack.account}:key/{key}"
        )
        return arn if self._places.at(arn).resource else None

    @staticmethod
    def _context(hop: Hop, event: dict[str, Any] | None) -> dict[str, str | None]:
        context = sender_context(hop) if hop.role is None or hop.kind == "subscription" else SECURE
        if hop.target.kind == "bus":
            return {**context, **event_context(event, by_rule=hop.kind == "rule")}
        return context
