"""CloudFormation provisions the sinks and links of cross-account observability, and saved queries.

AWS has one sink an account and region, whose policy says who may link; one link of an account to a
sink, and none to its own; and deletes no sink while there are links. ministack 1.5.33 refuses a
template with AWS::Oam::Sink, AWS::Oam::Link or AWS::Logs::QueryDefinition.
https://docs.aws.amazon.com/OAM/latest/APIReference/API_CreateLink.html
https://docs.aws.amazon.com/OAM/latest/APIReference/API_DeleteSink.html

Each can go when ministack has it: `add_resource_type` then refuses to start. Nothing is shared
along a link, and nothing runs a saved query.
"""

import uuid
from typing import Any

from ministack.services import cloudformation

from local.emulator import policies, scopes, seams

Properties = dict[str, Any]
Provisioned = tuple[str, dict[str, Any]]

_policies: dict[str, Any] = {}
"""The policy of each sink, by its ARN."""
_links: dict[str, str] = {}
"""The sink of each link, by the link's ARN."""


def install() -> None:
    """Adds the types, which a reset forgets."""
    seams.add_resource_type("AWS::Oam::Sink", _create_sink, _update_sink, _delete_sink)
    seams.add_resource_type("AWS::Oam::Link", _create_link, _update_link, _delete_link)
    seams.add_resource_type(
        "AWS::Logs::QueryDefinition", _create_query, _update_query, _delete_query
    )
    reset = seams.original(cloudformation, "reset")

    def reset_with_links() -> None:
        _policies.clear()
        _links.clear()
        reset()

    seams.replace(cloudformation, "reset", reset_with_links)


def _create_sink(logical_id: str, properties: Properties, _: str) -> Provisioned:
    mine = _arn("sink", "")
    if any(arn.startswith(mine) for arn in _policies):
        raise ValueError(f"AWS::Oam::Sink {logical_id}: the account has a sink in this region")
    arn = mine + str(uuid.uuid4())
    _policies[arn] = properties.get("Policy")
    return arn, {"Arn": arn}


def _update_sink(arn: str, old: Properties, new: Properties, *_: Any) -> Provisioned:
    if old.get("Name") != new.get("Name"):
        raise ValueError("AWS::Oam::Sink: another name is another sink, and an account has one")
    _policies[arn] = new.get("Policy")
    return arn, {"Arn": arn}


def _delete_sink(arn: str, _: Properties) -> None:
    linked = sorted(link for link, sink in _links.items() if sink == arn)
    if linked:
        raise ValueError(f"AWS::Oam::Sink {arn}: delete its links first: {', '.join(linked)}")
    _policies.pop(arn, None)


def _create_link(logical_id: str, properties: Properties, _: str) -> Provisioned:
    sink, mine = properties["SinkIdentifier"], _arn("link", "")
    _refuse(logical_id, sink, properties["ResourceTypes"])
    if any(link.startswith(mine) and other == sink for link, other in _links.items()):
        raise ValueError(f"AWS::Oam::Link {logical_id}: the account is linked to {sink} already")
    arn = mine + str(uuid.uuid4())
    _links[arn] = sink
    return arn, {"Arn": arn}


def _update_link(
    arn: str, old: Properties, new: Properties, stack: str, logical_id: str | None
) -> Provisioned:
    if old["SinkIdentifier"] == new["SinkIdentifier"]:
        _refuse(logical_id or arn, new["SinkIdentifier"], new["ResourceTypes"])
        return arn, {"Arn": arn}
    made = _create_link(logical_id or arn, new, stack)
    _delete_link(arn, old)
    return made


def _delete_link(arn: str, _: Properties) -> None:
    _links.pop(arn, None)


def _refuse(logical_id: str, sink: str, shared: list[str]) -> None:
    """Raises ValueError where the account may not share these types with a sink."""
    if sink.startswith(_arn("sink", "")):
        raise ValueError(f"AWS::Oam::Link {logical_id}: {sink} is a sink of the account itself")
    decision = policies.resource_decision(
        _policies.get(sink),
        principal=f"arn:aws:iam::{scopes.account()}:root",
        action="oam:CreateLink",
        resource=sink,
        conditions={},
    )
    if sink not in _policies or decision != "Allow":
        raise ValueError(
            f"AWS::Oam::Link {logical_id}: {sink} is not there, or does not let the account share "
            f"{', '.join(shared)}"
        )


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:oam:{scopes.region()}:{scopes.account()}:{kind}/{name}"


def _create_query(*_: Any) -> Provisioned:
    made = str(uuid.uuid4())
    return made, {"QueryDefinitionId": made}


def _update_query(physical_id: str, *_: Any) -> Provisioned:
    return physical_id, {"QueryDefinitionId": physical_id}


def _delete_query(_: str, __: Properties) -> None:
    """Nothing is kept, so nothing is to be deleted."""
