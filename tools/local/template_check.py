"""Refuses templates that CloudFormation would refuse and the emulator would not.

CloudFormation reads a template whole before it makes anything; ministack takes a reference to
what is not there for a plain string.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ref.html
"""

import re
from collections.abc import Iterator
from typing import Any

from local.errors import LocalRunError

PSEUDO_PARAMETERS = frozenset(
    {
        "AWS::AccountId",
        "AWS::NoValue",
        "AWS::NotificationARNs",
        "AWS::Partition",
        "AWS::Region",
        "AWS::StackId",
        "AWS::StackName",
        "AWS::URLSuffix",
    }
)
VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")

# A name, and whether only a resource can be meant by it, not a parameter.
Reference = tuple[str, bool]


def refuse_broken(stack: str, template: Any) -> None:
    """Raises LocalRunError, with the stack's name, for a template that could not deploy.

    That is one without resources, or one with a reference to what it does not hold: a `Ref`,
    `Fn::GetAtt`, `Fn::Sub` or `DependsOn`. The message then names who refers to what.
    """
    resources = template.get("Resources") if isinstance(template, dict) else None
    if not isinstance(resources, dict) or not resources:
        raise LocalRunError(
            f"stack {stack}: Template format error: At least one Resources member must be defined."
        )
    for logical_id, resource in resources.items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise LocalRunError(
                f"stack {stack}: Template format error: resource {logical_id} has no Type"
            )
    parameters = PSEUDO_PARAMETERS | template.get("Parameters", {}).keys()
    for block in ("Resources", "Outputs"):
        for name, definition in template.get(block, {}).items():
            unresolved = {
                target
                for target, only_resource in _references(definition)
                if target not in resources and (only_resource or target not in parameters)
            }
            if unresolved:
                raise LocalRunError(
                    f"stack {stack}: Template format error: Unresolved resource dependencies "
                    f"[{', '.join(sorted(unresolved))}] in the {block} block of the template "
                    f"(referred to by {name})"
                )


def _references(definition: dict[str, Any]) -> Iterator[Reference]:
    depends_on = definition.get("DependsOn", [])
    for name in [depends_on] if isinstance(depends_on, str) else depends_on:
        yield name, True
    yield from _intrinsic_references(definition)


def _intrinsic_references(node: Any) -> Iterator[Reference]:
    if isinstance(node, list):
        for item in node:
            yield from _intrinsic_references(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "Ref" and len(node) == 1 and isinstance(value, str):
            yield value, False
        elif key == "Fn::GetAtt":
            path = value if isinstance(value, list) else str(value).split(".")
            yield str([*path, ""][0]), True
        elif key == "Fn::Sub":
            yield from _variables(value)
        else:
            yield from _intrinsic_references(value)


def _variables(substitution: str | list[Any]) -> Iterator[Reference]:
    """`${Name}` and `${Name.Attribute}` of the text; those that it binds itself refer on."""
    parts = substitution if isinstance(substitution, list) else [substitution]
    text, bound = [*parts, {}, {}][:2]
    for variable in VARIABLE.findall(str(text)):
        if variable not in bound:
            name, dot, _ = variable.partition(".")
            yield name.strip(), bool(dot)
    yield from _intrinsic_references(list(bound.values()))
