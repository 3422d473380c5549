"""What happens to the alarms of a domain, for tools: every change of each alarm's state."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, subscribed_by_hand
from stacks.building_blocks.delivery_rule import DeliveryRule
from stacks.building_blocks.filtered_topic import publishing
from stacks.building_blocks.redelivery import Redelivery


class Operations(Construct):
    """The default bus → topic `<domain>-operations`: each alarm of the stack that begins or ends.

    People are called by the alarms' own actions (see Alarms): one rings, and how urgent it is. This
    is for what keeps track of incidents. Subscribe it by hand. AWS guarantees to put the events on
    the default bus, and begins the names of a stack's alarms with the stack's.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """

    def __init__(
        self, scope: Construct, id: str, *, key: kms.IKey, alarms: Alarms, redelivery: Redelivery
    ) -> None:
        super().__init__(scope, id)
        name = f"{alarms.domain}-operations"
        topic = sns.Topic(self, "Topic", topic_name=name, master_key=key, enforce_ssl=True)
        subscribed_by_hand(topic)
        rule = DeliveryRule(
            self,
            "Changes",
            bus_name="default",
            pattern={
                "source": ["aws.cloudwatch"],
                "detail-type": ["CloudWatch Alarm State Change"],
                "detail": {"alarmName": [{"prefix": f"{cdk.Stack.of(self).stack_name}-"}]},
            },
            target_arn=topic.topic_arn,
            delivery=publishing(topic, key),
            alarms=alarms,
            redelivery=redelivery,
            name=f"alarms-to-{name}",
        )
        rule.made_after(topic)
