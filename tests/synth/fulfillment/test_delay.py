"""How long a shipment waits before it is dispatched."""

from tests.synth.conftest import Templates

LONGEST_S = 900
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html"""


def delays(templates: Templates) -> dict[str, int]:
    """The delay of each queue that has one."""
    return {
        queue["QueueName"]: queue["DelaySeconds"]
        for queue in templates["fulfillment"].of("AWS::SQS::Queue").values()
        if "DelaySeconds" in queue
    }


def test_only_what_is_to_be_dispatched_waits_seconds_in_development(templates: Templates) -> None:
    (name,) = delays(templates)
    assert name == "due-shipments"
    assert 0 < delays(templates)[name] <= 10


def test_elsewhere_it_waits_minutes(production: Templates) -> None:
    (delay,) = delays(production).values()
    assert 60 <= delay <= LONGEST_S
