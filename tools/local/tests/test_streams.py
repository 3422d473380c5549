"""Functions read table streams as Lambda lets them: with retries, bisecting and destinations."""

import json
from typing import Any

from local.tests.buses import create_queue
from local.tests.conftest import Aws, eventually, messages
from local.tests.functions import create_function, map_source, printed

PRINTS_AND_FAILS_ON_POISON = """
    def handle(event, context):
        ids = [r["dynamodb"]["Keys"]["pk"]["S"] for r in event["Records"]]
        print(",".join(ids))
        if "poison" in ids:
            raise ValueError("poison")
"""
REPORTS_POISON = """
    def handle(event, context):
        print(",".join(r["dynamodb"]["Keys"]["pk"]["S"] for r in event["Records"]))
        return {"batchItemFailures": [
            {"itemIdentifier": r["dynamodb"]["SequenceNumber"]}
            for r in event["Records"] if r["dynamodb"]["Keys"]["pk"]["S"] == "poison"
        ]}
"""


class Stream:
    """A table whose stream a function reads, switched on once the records are there."""

    def __init__(self, aws: Aws, source: str, **settings: Any) -> None:
        self.aws = aws
        table = aws("dynamodb").create_table(
            TableName="table",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )["TableDescription"]
        self.failed_url, failed = create_queue(aws, "failed")
        create_function(aws, "reader", source)
        self.mapping = map_source(
            aws,
            "reader",
            table["LatestStreamArn"],
            StartingPosition="TRIM_HORIZON",
            Enabled=False,
            DestinationConfig={"OnFailure": {"Destination": failed}},
            **settings,
        )

    def put(self, *ids: str) -> None:
        for item in ids:
            self.aws("dynamodb").put_item(TableName="table", Item={"pk": {"S": item}})

    def switch(self, *, on: bool) -> None:
        self.aws("lambda").update_event_source_mapping(UUID=self.mapping, Enabled=on)

    def batches(self) -> list[str]:
        return [line for line in printed(self.aws, "reader") if line[:1] in "abcdp"]

    def failures(self) -> list[dict[str, Any]]:
        return [json.loads(m["Body"]) for m in messages(self.aws("sqs"), self.failed_url)]


def test_a_failing_batch_is_given_up_after_its_retries_and_the_next_one_processed(
    aws: Aws,
) -> None:
    stream = Stream(aws, PRINTS_AND_FAILS_ON_POISON, BatchSize=2, MaximumRetryAttempts=1)
    stream.put("a", "poison", "b")
    stream.switch(on=True)
    [failure] = eventually(stream.failures)
    eventually(lambda: "b" in stream.batches())
    assert [b for b in stream.batches() if b != "b"] == ["a,poison", "a,poison"]
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert failure["requestContext"]["approximateInvokeCount"] == 2
    assert failure["DDBStreamBatchInfo"]["batchSize"] == 2


def test_bisecting_gives_up_only_the_record_that_fails(aws: Aws) -> None:
    stream = Stream(
        aws,
        PRINTS_AND_FAILS_ON_POISON,
        BatchSize=4,
        MaximumRetryAttempts=0,
        BisectBatchOnFunctionError=True,
    )
    stream.put("a", "b", "poison", "c")
    stream.switch(on=True)
    [failure] = eventually(stream.failures)
    eventually(lambda: "c" in stream.batches())
    assert failure["DDBStreamBatchInfo"]["batchSize"] == 1
    assert stream.batches() == ["a,b,poison,c", "a,b", "poison,c", "poison", "c"]


def test_a_reported_failure_is_where_the_next_attempt_starts(aws: Aws) -> None:
    stream = Stream(
        aws,
        REPORTS_POISON,
        BatchSize=4,
        MaximumRetryAttempts=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    stream.put("a", "b", "poison", "c")
    stream.switch(on=True)
    [failure] = eventually(stream.failures)
    assert stream.batches() == ["a,b,poison,c", "poison,c"]
    assert failure["DDBStreamBatchInfo"]["batchSize"] == 2


def test_records_that_no_filter_wants_are_passed_over(aws: Aws) -> None:
    pattern = {"dynamodb": {"Keys": {"pk": {"S": ["b"]}}}}
    stream = Stream(
        aws,
        PRINTS_AND_FAILS_ON_POISON,
        FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
    )
    stream.put("a", "b", "poison")
    stream.switch(on=True)
    eventually(stream.batches)
    stream.put("c", "d")
    aws("dynamodb").update_item(
        TableName="table",
        Key={"pk": {"S": "b"}},
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": {"N": "1"}},
    )
    eventually(lambda: len(stream.batches()) == 2)
    assert stream.batches() == ["b", "b"]


def test_a_mapping_that_is_switched_off_stops_retrying_and_loses_nothing(aws: Aws) -> None:
    stream = Stream(aws, PRINTS_AND_FAILS_ON_POISON, BatchSize=1)
    stream.put("poison")
    stream.switch(on=True)
    eventually(lambda: len(stream.batches()) > 1)
    stream.switch(on=False)
    aws("dynamodb").put_item(TableName="table", Item={"pk": {"S": "a"}})
    aws("lambda").update_event_source_mapping(UUID=stream.mapping, MaximumRetryAttempts=0)
    stream.switch(on=True)
    eventually(lambda: "a" in stream.batches())
    assert len(stream.failures()) == 1


def test_a_slow_reader_of_a_stream_does_not_hold_up_a_queue(aws: Aws) -> None:
    stream = Stream(
        aws,
        """
        import time
        def handle(event, context):
            time.sleep(8)
        """,
    )
    aws("lambda").update_function_configuration(FunctionName="reader", Timeout=20)
    stream.put("a")
    stream.switch(on=True)
    url, arn = create_queue(aws, "quick")
    source = "def handle(event, context): print('done ' * len(event['Records']))"
    create_function(aws, "quick", source)
    map_source(aws, "quick", arn)
    for _ in range(3):
        aws("sqs").send_message(QueueUrl=url, MessageBody="now")
    eventually(lambda: " ".join(printed(aws, "quick")).count("done") == 3, timeout=5)
    assert printed(aws, "reader") == [], "the reader was to be busy all the time"
