"""Collects the policies of an assembly: whom each resource lets in, and what roles may do."""

import re
from collections import defaultdict
from typing import Any

from routes.access.roles import Roles, Statements
from routes.access.shares import shared
from routes.network.model import Place
from routes.network.places import Places
from routes.reading.assembly import Assembly, Resource
from routes.reading.shapes import Malformed, parsed, statements, texts


class Access:
    """Every policy statement of an assembly, by the role or the place that it belongs to."""

    def __init__(
        self, assembly: Assembly, places: Places, malformed: list[tuple[Resource, Malformed]]
    ) -> None:
        self._places = places
        self.roles = Roles(assembly, malformed)
        self._resource_policies: dict[str, Statements] = defaultdict(list)
        self._shares: dict[str, Statements] = defaultdict(list)
        self.policy_resources: dict[str, list[Resource]] = defaultdict(list)
        self.log_policies: dict[tuple[str, str], list[tuple[Resource, Statements]]] = defaultdict(
            list
        )
        for resource in assembly.resources():
            try:
                self._add_resource_policy(resource)
            except Malformed as problem:
                malformed.append((resource, problem))

    def resource_policy(self, place: Place) -> Statements:
        """Returns the statements of a place's own policy; none where it has no policy."""
        return self._resource_policies[place.arn]

    def guards(self, place: Place) -> bool:
        """Returns whether a place has a policy of its own; if not, the service's default holds."""
        return bool(self.policy_resources.get(place.arn))

    def letting_in(self, place: Place) -> Statements:
        """Returns the statements of a place's own policy and of the shares that it is in."""
        return self._resource_policies[place.arn] + self._shares[place.arn]

    def guarded(self) -> list[Place]:
        """Returns every place that has a policy of its own."""
        return [self._places.at(arn) for arn, found in self._resource_policies.items() if found]

    def _add_resource_policy(self, resource: Resource) -> None:
        kind = resource.type
        if kind == "AWS::SQS::QueuePolicy":
            for queue in texts("Queues", resource.get("Queues")):
                self._attach(resource, self._places.at(queue, resource.stack), "PolicyDocument")
        elif kind == "AWS::SNS::TopicPolicy":
            for topic in texts("Topics", resource.get("Topics")):
                self._attach(resource, self._places.at(topic, resource.stack), "PolicyDocument")
        elif kind == "AWS::KMS::Key":
            self._attach(resource, self._places.at(resource.arn), "KeyPolicy")
        elif kind == "AWS::Events::EventBus":
            self._attach(resource, self._places.at(resource.arn), "Policy")
        elif kind == "AWS::EventsV2::ResourcePolicy":
            bus = self._places.at(resource.get("EventBusArn"), resource.stack)
            self._attach(resource, bus, "PolicyDocument")
        elif kind == "AWS::RAM::ResourceShare":
            for arn, statement in shared(resource):
                self._shares[self._places.at(arn, resource.stack).arn].append(statement)
        elif kind == "AWS::Events::EventBusPolicy":
            self._add_bus_policy(resource)
        elif kind == "AWS::Lambda::Permission":
            self._add_permission(resource)
        elif kind == "AWS::Logs::ResourcePolicy":
            document = resource.get("PolicyDocument")
            found = statements("PolicyDocument", parsed(document))
            self.log_policies[resource.stack.account, resource.stack.region].append(
                (resource, found)
            )
        elif kind == "Custom::CloudwatchLogResourcePolicy":
            self._add_custom_log_policy(resource)

    def _attach(self, resource: Resource, place: Place, key: str) -> None:
        self._resource_policies[place.arn].extend(statements(key, parsed(resource.get(key))))
        self.policy_resources[place.arn].append(resource)

    def _add_bus_policy(self, policy: Resource) -> None:
        bus = self._places.bus(policy.get("EventBusName"), policy.stack)
        statement = parsed(policy.get("Statement"))
        if not isinstance(statement, dict):
            principal = policy.get("Principal")
            statement = {
                "Effect": "Allow",
                "Principal": "*" if principal == "*" else {"AWS": str(principal)},
                "Action": policy.get("Action"),
                "Condition": _short_condition(policy.get("Condition")),
            }
        statement = {"Sid": policy.get("StatementId"), **statement}
        statements("Statement", {"Statement": statement})
        self._resource_policies[bus.arn].append(statement)
        self.policy_resources[bus.arn].append(policy)

    def _add_permission(self, permission: Resource) -> None:
        function = self._places.function(permission.get("FunctionName"), permission.stack)
        principal = str(permission.get("Principal"))
        condition: dict[str, dict[str, Any]] = {}
        if permission.get("SourceArn"):
            condition["ArnLike"] = {"aws:SourceArn": permission.get("SourceArn")}
        if permission.get("SourceAccount"):
            condition["StringEquals"] = {"aws:SourceAccount": permission.get("SourceAccount")}
        if permission.get("FunctionUrlAuthType"):
            named = {"lambda:FunctionUrlAuthType": permission.get("FunctionUrlAuthType")}
            condition.setdefault("StringEquals", {}).update(named)
        if permission.get("InvokedViaFunctionUrl") is not None:
            via = str(permission.get("InvokedViaFunctionUrl")).lower()
            condition["Bool"] = {"lambda:InvokedViaFunctionUrl": via}
        if permission.get("PrincipalOrgID"):
            condition.setdefault("StringEquals", {})["aws:PrincipalOrgID"] = permission.get(
                "PrincipalOrgID"
            )
        service = re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", principal)
        self._resource_policies[function.arn].append(
            {
                "Sid": permission.logical_id,
                "Effect": "Allow",
                "Principal": {"Service": principal} if service else {"AWS": principal},
                "Action": permission.get("Action"),
                "Resource": _qualified(function, permission.get("FunctionName")),
                "Condition": condition,
            }
        )
        self.policy_resources[function.arn].append(permission)

    def _add_custom_log_policy(self, resource: Resource) -> None:
        """What CDK's log group target creates: the policy stands in the call it makes."""
        call = parsed(resource.get("Create"))
        document = (call.get("parameters") or {}) if isinstance(call, dict) else {}
        found = statements("policyDocument", parsed(document.get("policyDocument")))
        self.log_policies[resource.stack.account, resource.stack.region].append((resource, found))


def _qualified(function: Place, named: Any) -> str:
    """The ARN that a permission speaks of: of the function, or of one version or alias of it."""
    qualifier = str(named).rpartition(f"{function.arn.rsplit(':', 1)[-1]}:")[2]
    is_qualified = str(named) != qualifier and qualifier != "$LATEST"
    return f"{function.arn}:{qualifier}" if is_qualified else function.arn


def _short_condition(condition: Any) -> dict[str, Any]:
    if not isinstance(condition, dict):
        return {}
    return {str(condition.get("Type")): {str(condition.get("Key")): condition.get("Value")}}
