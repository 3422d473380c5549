"""What a stack's resources are called: their names and ARNs."""

from collections.abc import Callable
from typing import Any

from routes.reading.home import Home
from routes.reading.names import NAMINGS
from routes.reading.tokens import unknown, written


class Arns:
    """Names and ARNs of the resources of one stack, by logical id."""

    def __init__(self, home: Home, template: dict[str, Any], resolve: Callable[[Any], Any]) -> None:
        self._home = home
        self._resolve = resolve
        self._template = template
        self._physical: dict[str, str] = {}

    def given(self, logical_id: str) -> str | None:
        """Returns the name that the template gives a resource, None where CloudFormation does."""
        definition = self._template["Resources"][logical_id]
        naming = NAMINGS.get(definition.get("Type", ""))
        if naming is None or not naming.property:
            return None
        given = self._resolve(definition.get("Properties", {}).get(naming.property))
        return str(given) if given else None

    def physical(self, logical_id: str) -> str:
        """Returns a resource's name: as given, or the readable part of the generated one."""
        if logical_id not in self._physical:
            # Set first: a name that is made of itself ends here.
            self._physical[logical_id] = f"{self._home.name}-{logical_id}"
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
            return unknown(f"{self._home.name}.{logical_id}")
        name = self.physical(logical_id)
        if kind == "AWS::IAM::Role":
            path = self._resolve(definition.get("Properties", {}).get("Path"))
            name = f"{str(path or '/').lstrip('/')}{name}"
        tail = naming.arn.format(
            region=self._home.region,
            account=self._home.account,
            name=name,
            bus=self._rule_bus(definition) if kind == "AWS::Events::Rule" else "",
        )
        return f"arn:{self._home.partition}:{tail}"

    def _function_qualifier(self, logical_id: str, definition: dict[str, Any]) -> str:
        properties = definition.get("Properties", {})
        function = written(self._resolve(properties.get("FunctionName")))
        if not function.startswith("arn:"):
            home = self._home
            function = (
                f"arn:{home.partition}:lambda:{home.region}:{home.account}:function:{function}"
            )
        qualifier = self._resolve(properties.get("Name")) or logical_id
        return f"{function}:{qualifier}"

    def _rule_bus(self, definition: dict[str, Any]) -> str:
        bus = self._resolve(definition.get("Properties", {}).get("EventBusName"))
        # A partner's bus has slashes in its name.
        name = written(bus or "default").rpartition(":event-bus/")[2]
        return "" if name == "default" else f"{name}/"
