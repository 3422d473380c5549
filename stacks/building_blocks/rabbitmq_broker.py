"""A broker of Amazon MQ for RabbitMQ, in a private network."""

import json

import aws_cdk as cdk
from aws_cdk import aws_amazonmq as amazonmq
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity
from stacks.building_blocks.broker_network import BrokerNetwork
from stacks.building_blocks.polling import Polled

PORT = 5671
"""AMQP over TLS: the broker listens to nothing else."""

VERSION = "3.13"
"""AWS recommends 4.2. Its queues are quorum queues where nothing else is said, and those drop what
was delivered 20 times: Lambda tries a batch without end. Whoever declares the queue has to give it
`x-delivery-limit` -1, or a dead-letter exchange, before this can be 4.2.
https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-version-management.html
https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
"""
SMALL, LARGE = "mq.m7g.medium", "mq.m7g.large"
VIRTUAL_HOST = "/"

MANY, FOR_MINUTES = 1_000, 15
"""So many messages, for so long, are more than a consumer that works would leave."""


class RabbitMqBroker(Construct):
    """One instance in development, else a cluster over the zones; TLS only, encrypted, not public.

    Its one user is in a secret that nobody knows: Secrets Manager makes it up, CloudFormation hands
    it over, Lambda reads it. Queues are for whoever publishes to declare, as RabbitMQ has it.
    https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-on-amazon-mq.html
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, alarms: Alarms, is_small: bool
    ) -> None:
        super().__init__(scope, id)
        self._network = BrokerNetwork(
            self, "Network", port=PORT, services=("lambda", "secretsmanager")
        )
        self._secret = secrets.Secret(
            self,
            "User",
            description=f"The user of the broker {name}",
            generate_secret_string=secrets.SecretStringGenerator(
                secret_string_template=json.dumps({"username": "crossbus"}),
                generate_string_key="password",
                exclude_punctuation=True,
                password_length=32,
            ),
        )
        cdk.Validations.of(self._secret).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-SMG4",
                reason="RabbitMQ takes a new password from its administrator, not from AWS's API: "
                "a rotation would lock Lambda out.",
            )
        )
        self._name = name
        self._broker = amazonmq.CfnBroker(
            self,
            "Broker",
            broker_name=name,
            engine_type="RABBITMQ",
            engine_version=VERSION,
            deployment_mode="SINGLE_INSTANCE" if is_small else "CLUSTER_MULTI_AZ",
            host_instance_type=SMALL if is_small else LARGE,
            publicly_accessible=False,
            subnet_ids=self._network.subnets[:1] if is_small else self._network.subnets,
            security_groups=[self._network.group],
            auto_minor_version_upgrade=True,
            encryption_options=amazonmq.CfnBroker.EncryptionOptionsProperty(use_aws_owned_key=True),
            logs=amazonmq.CfnBroker.LogListProperty(general=True),
            users=[
                amazonmq.CfnBroker.UserProperty(
                    username=self._known("username"), password=self._known("password")
                )
            ],
        )
        self._watch(alarms)

    def polled(self, queue: str) -> Polled:
        """How Lambda polls a queue of the broker. It retries a batch as a whole, without end."""
        access = lambda_.CfnEventSourceMapping.SourceAccessConfigurationProperty
        return Polled(
            source_arn=self._broker.attr_arn,
            settings={
                "queues": [queue],
                "source_access_configurations": [
                    access(type="BASIC_AUTH", uri=self._secret.secret_arn),
                    access(type="VIRTUAL_HOST", uri=VIRTUAL_HOST),
                ],
            },
            statements=[
                iam.PolicyStatement(
                    actions=["mq:DescribeBroker"], resources=[self._broker.attr_arn]
                ),
                iam.PolicyStatement(
                    actions=["secretsmanager:GetSecretValue"], resources=[self._secret.secret_arn]
                ),
                *self._network.may_be_polled(),
            ],
        )

    def _known(self, key: str) -> str:
        """A reference that CloudFormation resolves: the template does not have the value."""
        return self._secret.secret_value_from_json(key).unsafe_unwrap()

    def _watch(self, alarms: Alarms) -> None:
        alarms.above(
            self,
            "Waiting",
            metric=cloudwatch.Metric(
                namespace="AWS/AmazonMQ",
                metric_name="MessageReadyCount",
                dimensions_map={"Broker": self._name},
                period=MINUTE,
                statistic="Minimum",
            ),
            limit=MANY,
            periods=FOR_MINUTES,
            severity=Severity.WAKE,
            meaning=f"More than {MANY} messages wait in the broker {self._name} for "
            f"{FOR_MINUTES} minutes: their consumer is down or too slow.",
        )
