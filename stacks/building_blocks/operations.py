"""What happens to the alarms of an account, for tools: every change of every alarm's state."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, subscribed_by_hand
from stacks.building_blocks.delivery_rule import DeliveryRule
from stacks.building_blocks.filtered_topic import publishing
from stacks.building_blocks.redelivery import Redelivery

TOPIC = "operations"

CHANGES = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}
"""AWS guarantees their delivery to EventBridge.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""


class Operations(Construct):
    """The default bus → topic `operations`, once an account: each alarm that begins or ends there.

    People are called by the alarms' own actions (see Alarms): one rings, and how urgent it is. This
    is for what keeps track of incidents. Subscribe it by hand.
    """

    def __init__(
        self, scope: Construct, id: str, *, key: kms.IKey, alarms: Alarms, redelivery: Redelivery
    ) -> None:
        super().__init__(scope, id)
        topic = sns.Topic(self, "Topic", topic_name=TOPIC, master_key=key, enforce_ssl=True)
        subscribed_by_hand(topic)
        rule = DeliveryRule(
            self,
            "Changes",
            bus_name="default",
            pattern=CHANGES,
            target_arn=topic.topic_arn,
            delivery=publishing(topic, key),
            alarms=alarms,
            redelivery=redelivery,
            name=f"alarms-to-{TOPIC}",
        )
        rule.made_after(topic)
