"""A private network for a broker: no way in or out but to the services that Lambda needs there."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

HTTPS = 443
ADDRESSES = "10.0.0.0/24"
SUBNETS = ("10.0.0.0/25", "10.0.0.128/25")

INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
"""What Lambda does as the function, to reach a broker in a private subnet.

https://docs.aws.amazon.com/lambda/latest/dg/process-mq-messages-with-lambda.html
"""


class BrokerNetwork(Construct):
    """Two subnets in two zones, without a gateway, and a security group for all that is in them.

    The group lets its members speak to each other over the broker's TLS port and HTTPS, and to
    nobody else. Lambda's pollers get it as well: they take a broker's subnets and groups. They
    reach AWS by endpoints of the `services`.
    https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html
    """

    def __init__(self, scope: Construct, id: str, *, port: int, services: Sequence[str]) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        vpc = ec2.CfnVPC(
            self, "Vpc", cidr_block=ADDRESSES, enable_dns_support=True, enable_dns_hostnames=True
        )
        subnets = [
            ec2.CfnSubnet(
                self,
                f"Subnet{number}",
                vpc_id=vpc.ref,
                cidr_block=addresses,
                availability_zone=cdk.Fn.select(number, cdk.Fn.get_azs()),
            )
            for number, addresses in enumerate(SUBNETS)
        ]
        self.subnets = [subnet.ref for subnet in subnets]
        group = ec2.CfnSecurityGroup(
            self,
            "Members",
            group_description="The broker, the pollers of Lambda, and the endpoints they need",
            vpc_id=vpc.ref,
            # Without a rule of its own, a group lets everything out.
            security_group_egress=[
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="icmp",
                    from_port=-1,
                    to_port=-1,
                    cidr_ip="127.0.0.1/32",
                    description="Nothing, in place of everything",
                )
            ],
        )
        self.group = group.attr_group_id
        for each in (port, HTTPS):
            for way, rule in (("In", self._ingress), ("Out", self._egress)):
                rule(f"{way}{each}", each)
        for service in services:
            ec2.CfnVPCEndpoint(
                self,
                f"{service.capitalize()}Endpoint",
                vpc_id=vpc.ref,
                service_name=f"com.amazonaws.{stack.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=self.subnets,
                security_group_ids=[self.group],
            )
        self._log(vpc)

    def may_be_polled(self) -> Sequence[iam.PolicyStatement]:
        """What a function's role needs for Lambda to poll here. EC2 lists everything or nothing."""
        return [iam.PolicyStatement(actions=list(INTERFACES), resources=["*"])]

    def _ingress(self, id: str, port: int) -> None:
        ec2.CfnSecurityGroupIngress(
            self,
            id,
            group_id=self.group,
            source_security_group_id=self.group,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description="From members",
        )

    def _egress(self, id: str, port: int) -> None:
        ec2.CfnSecurityGroupEgress(
            self,
            id,
            group_id=self.group,
            destination_security_group_id=self.group,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description="To members",
        )

    def _log(self, vpc: ec2.CfnVPC) -> None:
        """Keeps who was refused for a month, with what CDK's own flow logs may.

        https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
        """
        group = logs.LogGroup(
            self,
            "Refused",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        writing = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[group.log_group_arn],
        )
        role = iam.Role(
            self,
            "LogRole",
            assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"),
            inline_policies={"Write": iam.PolicyDocument(statements=[writing])},
        )
        ec2.CfnFlowLog(
            self,
            "Flow",
            resource_id=vpc.ref,
            resource_type="VPC",
            traffic_type="REJECT",
            log_group_name=group.log_group_name,
            deliver_logs_permission_arn=role.role_arn,
        )
