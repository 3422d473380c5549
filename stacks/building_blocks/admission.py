"""Who may put events of another domain on a bus, and from when on."""

from itertools import pairwise

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam

from stacks.names import construct_id
from stacks.subscriptions import Events
from stacks.topology import Topology


def admit(bus: events.EventBus, topology: Topology, observed: Events) -> None:
    """Lets the producer's rules deliver, and its redelivery; nobody there puts by hand.

    Null, so that a request without source or detail-type does not pass the conditions.
    """
    equal: dict[str, str | list[str]] = {
        "events:source": observed.source,
        "events:detail-type": list(observed.detail_types),
    }
    if topology.organization:
        equal["aws:PrincipalOrgID"] = topology.organization
    redelivery = topology.redelivery_role_arn(observed.producer)
    admitted: dict[str, dict[str, dict[str, str]]] = {
        "": {"Bool": {"events:eventBusInvocation": "true"}},
        # Not as the principal: a policy may name only a role that is there already.
        "Redelivery": {"ArnEquals": {"aws:PrincipalArn": redelivery}},
    }
    for what, condition in admitted.items():
        bus.add_to_resource_policy(
            iam.PolicyStatement(
                sid=f"Allow{construct_id(observed.producer)}{what}",
                principals=[iam.ArnPrincipal(topology.root_arn(observed.producer))],
                actions=["events:PutEvents"],
                resources=[bus.event_bus_arn],
                conditions={
                    "StringEquals": equal,
                    "Null": {"events:source": "false", "events:detail-type": "false"},
                    **condition,
                },
            )
        )


def admit_after_rules(stack: cdk.Stack) -> None:
    """What a bus takes before it has its rules is delivered nowhere: its policies come last. Rules
    to other buses, which may be left out, deliver nothing that another domain sends.

    They come one after the other. Each is a PutPermission, which changes the bus's one policy: of
    two at a time, one fails, or is lost without an error.
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
    https://github.com/hashicorp/terraform-provider-aws/issues/4031
    """
    found = stack.node.find_all()
    rules = [one for one in found if isinstance(one, events.CfnRule) and _is_always_there(one)]
    policies = [one for one in found if isinstance(one, events.CfnEventBusPolicy)]
    for policy in policies:
        policy.node.add_dependency(*rules)
    for before, policy in pairwise(policies):
        policy.node.add_dependency(before)


def _is_always_there(rule: events.CfnRule) -> bool:
    return rule.cfn_options.condition is None
