"""Whether the bus of another domain is there: a rule to one that is not may be refused."""

import aws_cdk as cdk
from constructs import Construct

from stacks.building_blocks.delivery_rule import DeliveryRule
from stacks.names import construct_id

AWAITS_KEY = "crossbus:awaits"
"""Of a rule's metadata: the parameter that is `false` while the bus it sends to is not there."""


class AwaitedBus(Construct):
    """Leaves a rule out as long as a parameter says that the consumer's bus is not there yet.

    Of two domains that send to each other, one is deployed before the other has its bus. Some have
    seen EventBridge refuse a rule then, as it asks the bus's policy; others have not. So whoever
    deploys says `false` first, and deploys once more when the bus is there: `make deploy` does.
    https://github.com/aws/aws-cdk/pull/3323
    https://github.com/fourTheorem/cross-account-eventbridge
    """

    def __init__(self, scope: Construct, id: str, *, consumer: str, rule: DeliveryRule) -> None:
        super().__init__(scope, id)
        parameter = cdk.CfnParameter(
            cdk.Stack.of(self),
            f"{construct_id(consumer)}BusIsThere",
            type="String",
            default="true",
            allowed_values=["true", "false"],
            description=f"false as long as the bus {consumer} is not there: no rule sends to it",
        )
        there = cdk.CfnCondition(
            self,
            "There",
            expression=cdk.Fn.condition_equals(parameter.value_as_string, "true"),
        )
        rule.made_only_if(there, key=AWAITS_KEY, value=parameter.logical_id)
