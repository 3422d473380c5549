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
    SENDING,
    Call,
    Decision,
    call_of,
    call_to,
    context_of,
    decided,
    event_context,
    first_failure,
    sender_context,
)
from routes.access.evaluation import Effect, Request, as_list, evaluate
from routes.access.keys import Keys
from routes.access.log_groups import log_group
from routes.access.policies import Access
from routes.access.redelivery import Redelivery
from routes.access.shares import subscribing
from routes.access.urls import called_by_url
from routes.network.model import Hop, Place
from routes.network.movers.alarms import CLOUDWATCH
from routes.network.movers.firehose import prefixes, transformers
from routes.network.movers.functions import URL
from routes.network.places import Places
from routes.reading.tokens import may_equal

_CALLING = {
    "API": "execute-api:Invoke",
    "API destination": "events:InvokeApiDestination",
    "function": "lambda:InvokeFunction",
    "state machine": "states:StartSyncExecution",
}


class Permissions:
    """Answers whether deliveries are permitted, from the policies of one assembly."""

    def __init__(self, access: Access, places: Places) -> None:
        self._access = access
        self._places = places
        self._keys = Keys(access, places)

    def of_hop(self, hop: Hop, event: dict[str, Any] | None = None) -> Decision:
        """Returns whether a hop may carry an event.

        Without an event, conditions on its source and detail-type count as unknown.
        """
        if hop.kind == URL:
            return called_by_url(self._access, hop)
        if hop.service is None:
            return ALLOWED  # AWS moves it by itself
        if hop.target.kind not in SENDING and hop.action is None:
            return Decision(Effect.UNKNOWN, None, f"{hop.target.label} is not followed")
        if hop.kind == "event source mapping":
            return self._reading(hop.source, hop.role)
        if hop.kind == "subscriber":
            return first_failure(
                subscribing(hop, self._access.letting_in(hop.source)),
                self._in_role(hop, {}),
            )
        if hop.kind == "pipe":
            return first_failure(
                self._reading(hop.source, hop.role), self._enriching(hop), self._in_role(hop, {})
            )
        if hop.kind == "delivery":
            return self._delivering(hop)
        context = context_of(hop, event)
        if self._needs_role(hop):
            return self._in_role(hop, context)
        return self._by_service(hop.target, hop.service, context, call_of(hop))

    def of_dead_letter(self, hop: Hop) -> Decision:
        """Returns whether the sender of a hop may write to the hop's dead-letter place."""
        assert hop.dead_letter is not None
        place = self._places.at(hop.dead_letter)
        in_role = hop.needs_role or hop.dead_letter_role is not None
        if hop.service and (not in_role or place.kind == "function"):
            # The service writes there itself, even where it sends to the target in a role.
            return self._by_service(place, hop.service, sender_context(hop))
        return self._by_role(hop.dead_letter_role or hop.role, place, {})

    def may_send(self, role: str, place: Place, event: dict[str, Any] | None = None) -> Decision:
        """Returns whether code that runs in a role may send to a place."""
        context = event_context(event, by_rule=False) if place.kind == "bus" else {}
        return self._by_role(role, place, context)

    def may_redeliver(self, redelivery: Redelivery, event: dict[str, Any] | None) -> Decision:
        """Returns whether what a hop gave up on, such as an event, may be sent to its target."""
        place, role = redelivery.hop.target, redelivery.role
        if place.kind == "log group" and role is not None:
            return self._to_a_stream_of(place, role)
        return self.may_send(str(role), place, event)

    def _to_a_stream_of(self, place: Place, role: str) -> Decision:
        """Which stream is for the code to say: the role names it."""
        for statement in self._access.roles.granted(role):
            for arn in map(str, as_list(statement.get("Resource"))):
                if arn == "*" or self._places.at(arn) is place:
                    request = Request(SENDING["log group"], arn, None, role)
                    if self._keys.role_allows(request).effect is Effect.ALLOWED:
                        return ALLOWED
        return Decision(Effect.NOT_ALLOWED, "role", f"role {role} may not write to {place.label}")

    def _in_role(self, hop: Hop, context: dict[str, str | None]) -> Decision:
        """What a service does in a role, which it must be able to assume."""
        assert hop.service is not None
        return first_failure(
            self.assumable(hop.role, hop.service),
            self._by_role(hop.role, hop.target, context, call_of(hop)),
        )

    def _needs_role(self, hop: Hop) -> bool:
        if hop.needs_role or hop.role is not None or hop.target.kind == "delivery stream":
            return True
        if hop.target.kind in ("queue", "topic", "function", "log group"):
            return False
        return hop.target.kind != "bus" or hop.leaves_home

    def _delivering(self, hop: Hop) -> Decision:
        """A delivery stream reads one stream and writes to a bucket, each in a role of its own."""
        assert hop.service is not None
        trust = self.assumable(hop.role, hop.service)
        if hop.target.kind == "bucket":
            return first_failure(
                trust,
                *(self._writing(hop, prefix) for prefix in prefixes(hop.settings)),
                self._encrypting(hop),
                *(self._calling(hop, arn) for arn in transformers(hop.settings)),
            )
        return first_failure(trust, self._reading(hop.source, hop.role))

    def _writing(self, delivery: Hop, prefix: str) -> Decision:
        """Whether a delivery may write files whose keys begin so."""
        call = Call(SENDING["bucket"], f"{delivery.target.arn}/{prefix}*")
        return self._by_role(delivery.role, delivery.target, {}, call)

    def _encrypting(self, delivery: Hop) -> Decision:
        """The key that a delivery stream itself encrypts with, in place of the bucket's."""
        given = delivery.settings.get("EncryptionConfiguration") or {}
        named = given.get("KMSEncryptionConfig")
        key = named.get("AWSKMSKeyARN") if isinstance(named, dict) else None
        if not key or delivery.role is None:
            return ALLOWED
        return self._keys.with_key(str(key), delivery.resource.stack, delivery.role)

    def _enriching(self, pipe: Hop) -> Decision:
        """A pipe calls what enriches its events in its own role."""
        arn = pipe.settings.get("Enrichment")
        return self._calling(pipe, str(arn)) if arn else ALLOWED

    def _calling(self, hop: Hop, arn: str) -> Decision:
        """What changes records on the way is called in the role of the hop."""
        place = self._places.at(arn, hop.resource.stack)
        action = _CALLING.get(place.kind)
        if action is None:
            return ALLOWED
        return self._by_role(hop.role, place, {}, Call(action, arn))

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
            return log_group(self._access, place, service)
        if place.resource is None:
            return Decision(Effect.UNKNOWN, None, f"{place.label} is not in the assembly")
        if place.kind == "topic" and service == CLOUDWATCH and not self._access.guards(place):
            return self._keys.of(place, service, None, context)  # SNS's own policy lets it in
        call = call or call_to(place)
        request = Request(call.action, call.arn, service, None, context)
        verdict = evaluate(self._access.resource_policy(place), request, identity=False)
        if place.kind == "bus" and verdict.effect is Effect.NOT_ALLOWED:
            return Decision(Effect.UNKNOWN, None, "a rule without a role, inside one account")
        if verdict.effect is not Effect.ALLOWED:
            return decided(verdict, GUARDS.get(place.kind), f"{service} may not {request.action}")
        return self._keys.of(place, service, None, context)

    def _by_role(
        self,
        role: str | None,
        place: Place,
        context: dict[str, str | None],
        call: Call | None = None,
    ) -> Decision:
        if role is None:
            return Decision(Effect.NOT_ALLOWED, "role", f"{place.label} needs a role, it has none")
        if place.kind not in SENDING and call is None:
            return Decision(Effect.UNKNOWN, None, f"{place.kind} is not followed")
        call = call or call_to(place)
        context = {"aws:PrincipalArn": role, **context, **call.context}
        request = Request(call.action, call.arn, None, role, context)
        own = self._keys.role_allows(request)
        other = evaluate(self._access.letting_in(place), request, identity=False)
        if other.effect is Effect.DENIED:
            return decided(other, GUARDS.get(place.kind), f"{role} may not {request.action}")
        if own.effect is not Effect.ALLOWED:
            named = other.effect is Effect.ALLOWED and request.account == place.account
            if not (named and self._keys.names_role(place, role)):
                return decided(own, "role", f"role {role} may not {call.action} {call.arn}")
        elsewhere = may_equal(request.account or "", place.account) is False
        if elsewhere and place.kind in GUARDS:
            if place.resource is None:
                return Decision(Effect.UNKNOWN, None, f"{place.label} is not in the assembly")
            if other.effect is not Effect.ALLOWED:
                reason = f"account {request.account} may not {request.action} on {place.arn}"
                return decided(other, GUARDS[place.kind], reason)
        return self._keys.of(place, None, role, context)

    def _reading(self, place: Place, role: str | None) -> Decision:
        if role is None:
            return Decision(Effect.UNKNOWN, None, "the function is not in the assembly")
        if place.kind not in READING:
            return Decision(Effect.UNKNOWN, None, f"{place.kind} is not followed")
        arn = f"{place.arn}/stream/latest" if place.kind == "table" else place.arn
        for action in READING[place.kind]:
            verdict = self._keys.role_allows(Request(action, arn, None, role))
            if verdict.effect is not Effect.ALLOWED:
                return decided(verdict, "role", f"role {role} may not {action} {arn}")
        return self._keys.of(place, None, role, {}, ("kms:Decrypt",))

    def assumable(self, role: str | None, service: str) -> Decision:
        """Returns whether a service may act in a role."""
        resource = self._access.roles.get(role)
        if resource is None:
            return ALLOWED  # what the role may do says that it is missing or unknown
        account = resource.stack.account
        request = Request("sts:AssumeRole", "", service, None, {"aws:SourceAccount": account})
        verdict = evaluate(self._access.roles.trust(resource), request, identity=False)
        if verdict.effect in (Effect.NOT_ALLOWED, Effect.DENIED):
            return decided(verdict, "role", f"{service} may not assume role {role}")
        return ALLOWED
