"""What the monitoring account of cross-account observability has: a sink."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_oam as oam
from constructs import Construct

from stacks.topology import Topology

RESOURCE_TYPES = ["AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"]
"""What source accounts share."""

SINK_ARN = "SinkArn"
"""The output of the stack that names the sink."""


class MonitoringSink(Construct):
    """The sink `crossbus-<environment>`: each account of a domain may link itself to it.

    An account has one sink a region.
    https://docs.aws.amazon.com/OAM/latest/APIReference/API_PutSinkPolicy.html
    """

    def __init__(self, scope: Construct, id: str, *, topology: Topology) -> None:
        super().__init__(scope, id)
        conditions: dict[str, Any] = {
            "ForAllValues:StringEquals": {"oam:ResourceTypes": RESOURCE_TYPES}
        }
        if topology.organization:
            conditions["StringEquals"] = {"aws:PrincipalOrgID": topology.organization}
        sink = oam.CfnSink(
            self,
            "Sink",
            name=f"crossbus-{topology.environment}",
            policy={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {
                            "AWS": [topology.root_arn(each) for each in topology.linked.values()]
                        },
                        "Action": ["oam:CreateLink", "oam:UpdateLink"],
                        # The policy is the sink's own, whose ARN is not known before it is made.
                        "Resource": "*",
                        "Condition": conditions,
                    }
                ],
            },
        )
        cdk.CfnOutput(cdk.Stack.of(self), SINK_ARN, value=sink.attr_arn)
