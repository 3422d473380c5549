"""A cluster of Amazon MSK, in a private network."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_msk as msk
from constructs import Construct

from stacks.building_blocks.broker_network import BrokerNetwork

PORT = 9098
"""Of clients that IAM authenticates, over TLS: the cluster takes no others."""

VERSION = "3.9.x"
"""https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html"""
SMALL, LARGE = "kafka.t3.small", "kafka.m7g.large"
GIGABYTES = 100


class KafkaCluster(Construct):
    """A broker in each of two zones, encrypted with a key of its own, on the disks and on the way.

    Clients come with their IAM identities, and may what those may. A topic is for whoever publishes
    to create.
    https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        is_small: bool,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        self.network = BrokerNetwork(self, "Network", port=PORT, services=("lambda", "sts", "sqs"))
        key = kms.Key(
            self,
            "Key",
            description=f"Records of the cluster {name}",
            enable_key_rotation=True,
            removal_policy=removal_policy,
        )
        log_group = logs.LogGroup(
            self,
            "Logs",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        of = msk.CfnCluster
        cluster = of(
            self,
            "Cluster",
            cluster_name=name,
            kafka_version=VERSION,
            number_of_broker_nodes=len(self.network.subnets),
            broker_node_group_info=of.BrokerNodeGroupInfoProperty(
                client_subnets=self.network.subnets,
                security_groups=[self.network.group],
                instance_type=SMALL if is_small else LARGE,
                storage_info=of.StorageInfoProperty(
                    ebs_storage_info=of.EBSStorageInfoProperty(volume_size=GIGABYTES)
                ),
            ),
            client_authentication=of.ClientAuthenticationProperty(
                sasl=of.SaslProperty(iam=of.IamProperty(enabled=True)),
                unauthenticated=of.UnauthenticatedProperty(enabled=False),
            ),
            encryption_info=of.EncryptionInfoProperty(
                encryption_at_rest=of.EncryptionAtRestProperty(data_volume_kms_key_id=key.key_arn),
                encryption_in_transit=of.EncryptionInTransitProperty(
                    client_broker="TLS", in_cluster=True
                ),
            ),
            logging_info=of.LoggingInfoProperty(
                broker_logs=of.BrokerLogsProperty(
                    cloud_watch_logs=of.CloudWatchLogsProperty(
                        enabled=True, log_group=log_group.log_group_name
                    )
                )
            ),
        )
        self.arn = cluster.attr_arn
