"""What a stack's resources are called: their names and ARNs."""

from typing import TYPE_CHECKING, Any

from routes.names import NAMINGS
from routes.tokens import unknown, written

if TYPE_CHECKING:
    from routes.assembly import Stack
    from routes.intrinsics import Scope


class Arns:
    """Names and ARNs of the resources of one stack, by logical id."""

    def __init__(self, stack: "Stack", scope: "Scope") -> None:
        self._stack = stack
        self._scope = scope
        self._template = stack.template
        self._physical: dict[str, str] = {}

    def given(self, logical_id: str) -> str | None:
        """Returns the name that the template gives a resource, None where CloudFormation does."""
        definition = self._template["Resources"][logical_id]
        naming = NAMINGS.get(definition.get("Type", ""))
        if naming is None or not naming.property:
            return None
        given = self._scope.resolve(definition.get("Properties", {}).get(naming.property))
        return str(given) if given else None

    def physical(self, logical_id: str) -> str:
        """Returns a resource's name: as given, or the readable part of the generated one."""
        if logical_id not in self._physical:
            # Set first: a name that is made of itself ends here.
            self._physical[logical_id] = f"{self._stack.name}-{logical_id}"
            given = self.given(logical_id)
            if given:
                self._physical[logical_id] = given
        return self._physical[logical_id]

    def arn(self, logical_id: str) -> str:
        """Returns a resource's ARN, or a token that names the resource."""
        definition = self._template["Resources"].get(logical_id, {})
        kind = definition.get("Type", "")
        if kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
            return self._function_qualifier(logical_id, definition)
        naming = NAMINGS.get(kind)
        if naming is None:
            return unknown(f"{self._stack.name}.{logical_id}")
        name = self.physical(logical_id)
        if kind == "AWS::IAM::Role":
            path = self._scope.resolve(definition.get("Properties", {}).get("Path"))
            name = f"{str(path or '/').lstrip('/')}{name}"
        tail = naming.arn.format(
            region=self._stack.region,
            account=self._stack.account,
            name=name,
            bus=self._rule_bus(definition) if kind == "AWS::Events::Rule" else "",
        )
        return f"arn:{self._stack.partition}:{tail}"

    def _function_qualifier(self, logical_id: str, definition: dict[str, Any]) -> str:
        properties = definition.get("Properties", {})
        function = written(self._scope.resolve(properties.get("FunctionName")))
        if not function.startswith("arn:"):
            stack = self._stack
            function = (
                f"arn:{stack.partition}:lambda:{stack.region}:{stack.account}:function:{function}"
            )
        qualifier = self._scope.resolve(properties.get("Name")) or logical_id
        return f"{function}:{qualifier}"

    def _rule_bus(self, definition: dict[str, Any]) -> str:
        bus = self._scope.resolve(definition.get("Properties", {}).get("EventBusName"))
        name = written(bus or "default").rsplit("/", 1)[-1]
        return "" if name == "default" else f"{name}/"
