"""The queue that invoices are numbered from, and who writes documents."""

from tests.synth.conftest import Templates
from tests.synth.template import listed


def test_the_numbering_queue_keeps_order_and_throughput_per_jurisdiction(
    templates: Templates,
) -> None:
    (queue,) = [
        queue
        for queue in templates["invoicing"].of("AWS::SQS::Queue").values()
        if queue["QueueName"] == "invoice-numbering.fifo"
    ]
    assert queue["FifoQueue"] is True
    assert queue["DeduplicationScope"] == "messageGroup"
    assert queue["FifoThroughputLimit"] == "perMessageGroupId"
    assert "ContentBasedDeduplication" not in queue


def test_only_the_renderer_writes_documents_and_only_under_their_prefixes(
    templates: Templates,
) -> None:
    stack = templates["invoicing"]
    writers = [
        (function["Handler"], resource["Fn::Join"][1][1])
        for id, function in stack.of("AWS::Lambda::Function").items()
        for statement in stack.function_statements(id)
        if "s3:PutObject" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]
    renderer = "invoicing.render_invoice.handler"
    assert sorted(writers) == [(renderer, "/credit-notes/*"), (renderer, "/invoices/*")]
