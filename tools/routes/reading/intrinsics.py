"""Resolves a template's intrinsic functions from the assembly alone.

What cannot be resolved becomes a token (see `routes.reading.tokens`). Reference:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from routes.reading.arns import Arns
from routes.reading.home import Home
from routes.reading.names import NAMINGS
from routes.reading.tokens import is_known, tokens, unknown, written

_NO_VALUE = object()
_SUB_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class Scope:
    """What the functions of one stack may refer to.

    `given` are the parameters that a deploy gives it, whatever their defaults.
    """

    def __init__(
        self, home: Home, template: dict[str, Any], given: frozenset[str] = frozenset()
    ) -> None:
        self._home = home
        self._given = given
        self._template = template
        self.names = Arns(home, template, self.resolve)
        self._conditions: dict[str, bool | None] = {}
        self._importing: set[str] = set()
        # A nested stack's parameters: the values the parent gives, in the parent's scope.
        self.parent: Scope | None = None
        self.arguments: dict[str, Any] = {}
        self.nested: dict[str, Scope] = {}
        self.exports: dict[tuple[str, str, str], tuple[Scope, Any]] = {}
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find_in_map,
            "Fn::ImportValue": self._import_value,
            "Fn::Base64": self._base64,
            "Fn::ToJsonString": lambda node: json.dumps(self.resolve(node)),
            "Fn::Length": self._length,
        }

    def properties(self, logical_id: str) -> dict[str, Any]:
        """Returns a resource's properties, resolved."""
        node = self._template["Resources"][logical_id].get("Properties", {})
        resolved = self.resolve(node)
        return resolved if isinstance(resolved, dict) else {}

    def resolve(self, node: Any) -> Any:
        """Returns a template's value with every function in it resolved."""
        resolved = self._resolve(node)
        return None if resolved is _NO_VALUE else resolved

    def exported(self) -> Iterator[tuple[str, Any]]:
        """Yields each export's name and its value, unresolved."""
        for output in self._template.get("Outputs", {}).values():
            if "Export" in output:
                yield str(self.resolve(output["Export"].get("Name"))), output.get("Value")

    def holds(self, condition: str | None) -> bool | None:
        """Returns whether a named condition holds; None where that is unknown."""
        if condition is None:
            return True
        if condition not in self._conditions:
            self._conditions[condition] = None
            node = self._template.get("Conditions", {}).get(condition)
            self._conditions[condition] = self._truth(node)
        return self._conditions[condition]

    def _resolve(self, node: Any) -> Any:
        if isinstance(node, list):
            return [item for item in map(self._resolve, node) if item is not _NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (key,) = node
            if key in self._functions:
                try:
                    return self._functions[key](node[key])
                except (AttributeError, IndexError, KeyError, TypeError):
                    # CloudFormation refuses it; the token says so wherever the value shows.
                    return unknown(f"malformed {key}")
            if key.startswith("Fn::"):
                return unknown(key)
        resolved = {key: self._resolve(value) for key, value in node.items()}
        return {key: value for key, value in resolved.items() if value is not _NO_VALUE}

    def _ref(self, name: str) -> Any:
        pseudo = {
            "AWS::AccountId": self._home.account,
            "AWS::Region": self._home.region,
            "AWS::Partition": self._home.partition,
            "AWS::StackName": self._home.name,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": _NO_VALUE,
        }
        if name in pseudo:
            return pseudo[name]
        if self.parent is not None and name in self.arguments:
            return self.parent.resolve(self.arguments[name])
        if name in self._template.get("Resources", {}):
            return self._ref_resource(name)
        if name in self._given:
            return unknown(f"Parameter.{name}")
        parameter = self._template.get("Parameters", {}).get(name)
        # The default of a parameter-store parameter is the path of its value, not the value.
        if parameter and "Default" in parameter and "AWS::SSM" not in parameter.get("Type", ""):
            default = parameter["Default"]
            return default.split(",") if parameter["Type"] == "CommaDelimitedList" else default
        return unknown(f"Parameter.{name}" if parameter else name)

    def _ref_resource(self, logical_id: str) -> str:
        kind = self._template["Resources"][logical_id].get("Type", "")
        if kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
            return self.names.arn(logical_id)
        naming = NAMINGS.get(kind)
        if naming is None or naming.ref == "name":
            return self.names.physical(logical_id)
        if naming.ref == "url":
            host = f"sqs.{self._home.region}.amazonaws.com"
            return f"https://{host}/{self._home.account}/{self.names.physical(logical_id)}"
        return self.names.arn(logical_id)

    def _get_att(self, node: Any) -> Any:
        path = node.split(".", 1) if isinstance(node, str) else [str(self.resolve(n)) for n in node]
        logical_id, attribute = path[0], ".".join(path[1:])
        if logical_id in self.nested and attribute.startswith("Outputs."):
            return self.nested[logical_id].output(attribute.removeprefix("Outputs."))
        kind = self._template.get("Resources", {}).get(logical_id, {}).get("Type", "")
        if kind in NAMINGS:
            if attribute in ("Arn", "TopicArn", "EventBusArn", "ConsumerARN"):
                return self.names.arn(logical_id)
            if attribute in ("StreamArn", "Stream.Arn"):
                return f"{self.names.arn(logical_id)}/stream/latest"
            if attribute in ("Name", "QueueName", "TopicName", "KeyId", "ArchiveName"):
                return self.names.physical(logical_id)
            if attribute == "QueueUrl":
                return self._ref_resource(logical_id)
        return unknown(f"{self._home.name}.{logical_id}.{attribute}")

    def output(self, name: str) -> Any:
        """Returns the value of an output of this stack."""
        output = self._template.get("Outputs", {}).get(name)
        return self.resolve(output.get("Value")) if output else unknown(f"Output.{name}")

    def _sub(self, node: Any) -> Any:
        text, variables = (node, {}) if isinstance(node, str) else (node[0], node[1])

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in variables:
                return written(self.resolve(variables[name]))
            return written(self._get_att(name) if "." in name else self._ref(name))

        return _SUB_VARIABLE.sub(value, text)

    def _join(self, node: Any) -> Any:
        parts = self.resolve(node[1])
        return written(parts) if isinstance(parts, str) else node[0].join(map(written, parts))

    def _select(self, node: Any) -> Any:
        index, values = self.resolve(node[0]), self.resolve(node[1])
        if isinstance(values, list) and str(index).isdigit() and int(index) < len(values):
            return values[int(index)]
        return unknown("Fn::Select")

    def _split(self, node: Any) -> Any:
        text = self.resolve(node[1])
        # A token holds no separator but may stand for one: only ARNs keep their shape.
        if isinstance(text, str) and (is_known(text) or text.startswith(("arn:", "https:"))):
            return text.split(node[0])
        return unknown("Fn::Split")

    def _if(self, node: Any) -> Any:
        holds = self.holds(node[0])
        if holds is None:
            return unknown(f"Condition.{node[0]}")
        return self._resolve(node[1] if holds else node[2])

    def _find_in_map(self, node: Any) -> Any:
        keys = [self.resolve(key) for key in node[:3]]
        found: Any = self._template.get("Mappings", {})
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return unknown(f"Mapping.{keys[0]}") if found is None else found

    def _import_value(self, node: Any) -> Any:
        name = str(self.resolve(node))
        found = self.exports.get((self._home.account, self._home.region, name))
        if found is None or name in self._importing:
            return unknown(f"Import.{name}")
        self._importing.add(name)
        try:
            return found[0].resolve(found[1])
        finally:
            self._importing.discard(name)

    def _base64(self, node: Any) -> str:
        text = written(self.resolve(node))
        return base64.b64encode(text.encode()).decode() if is_known(text) else text

    def _length(self, node: Any) -> Any:
        value = self.resolve(node)
        return len(value) if isinstance(value, list) else unknown("Fn::Length")

    def _truth(self, node: Any) -> bool | None:
        if not isinstance(node, dict) or len(node) != 1:
            return None
        ((function, operands),) = node.items()
        if function == "Condition":
            return self.holds(operands)
        if function == "Fn::Equals":
            left, right = (self.resolve(operand) for operand in operands)
            if left == right:
                return True
            return False if not tokens([left, right]) else None
        if function == "Fn::Not":
            truth = self._truth(operands[0])
            return None if truth is None else not truth
        truths = [self._truth(operand) for operand in operands]
        if function == "Fn::And":
            return False if False in truths else None if None in truths else True
        if function == "Fn::Or":
            return True if True in truths else None if None in truths else False
        return None
