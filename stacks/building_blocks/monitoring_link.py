"""What a source account of cross-account observability has: a link to the sink."""

import aws_cdk as cdk
from aws_cdk import aws_oam as oam
from constructs import Construct

from stacks.building_blocks.monitoring_sink import RESOURCE_TYPES, SINK_ARN

PARAMETER = "MonitoringSink"

PARAMETERS_KEY = "crossbus:parameters"
"""Of a template's metadata: which output of which stack is the value of which parameter."""


class MonitoringLink(Construct):
    """Shares the account's metrics, logs and traces with the sink of another account.

    The sink's ARN has an id that AWS makes up, so it is the parameter `MonitoringSink`: whoever
    deploys gives it the output `SinkArn` of the stack `given_by`, as the metadata say. Without it
    there is no link yet. No other account's sink is accepted.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account-Setup.html
    """

    def __init__(self, scope: Construct, id: str, *, given_by: cdk.Stack) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        arn = f"arn:{given_by.partition}:oam:{given_by.region}:{given_by.account}:sink/"
        sink = cdk.CfnParameter(
            stack,
            PARAMETER,
            type="String",
            default="",
            allowed_pattern=f"^({arn}[A-Za-z0-9-]+)?$",
            constraint_description=f"expected the ARN of the sink, {arn}…, or nothing",
            description=f"Output {SINK_ARN} of {given_by.stack_name}; without it, no link",
        )
        given = cdk.CfnCondition(
            self,
            "Given",
            expression=cdk.Fn.condition_not(
                cdk.Fn.condition_equals(sink.value_as_string, ""),
            ),
        )
        link = oam.CfnLink(
            self,
            "Link",
            label_template="$AccountName",
            resource_types=RESOURCE_TYPES,
            sink_identifier=sink.value_as_string,
        )
        link.cfn_options.condition = given
        stack.add_metadata(
            PARAMETERS_KEY,
            {
                PARAMETER: {
                    "stack": given_by.stack_name,
                    "account": given_by.account,
                    "region": given_by.region,
                    "output": SINK_ARN,
                }
            },
        )
