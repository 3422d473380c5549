"""A change set says what a condition adds and takes away.

ministack 1.5.33 compares two templates whatever their conditions are: where only the value of a
parameter changes, and with it which resources there are, it says that there are no changes, and
the CDK CLI deploys nothing. Executed, it would make and delete them. This can go when it says so.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
"""

from typing import Any

from ministack.services.cloudformation import changesets

from local.emulator import seams

_RESOLVED = "_resolve_props_for_diff"


def install() -> None:
    """Compares the resources that there are."""
    resolve = seams.original(changesets, _RESOLVED)

    def resolve_those_there_are(
        template: dict[str, Any], parameters: dict[str, Any], *names: str
    ) -> Any:
        resolved = resolve(template, parameters, *names)
        if resolved:
            holds = changesets._evaluate_conditions(template, parameters)
            resolved["Resources"] = {
                logical_id: resource
                for logical_id, resource in resolved["Resources"].items()
                if holds.get(resource.get("Condition"), True)
            }
        return resolved

    seams.replace(changesets, _RESOLVED, resolve_those_there_are)
