"""Rules write records to Kinesis and Firehose; functions read a Kinesis stream; Athena answers."""

import json
from typing import Any

import pytest

from local.tests.buses import create_queue, create_rule, policy
from local.tests.conftest import ALPHA, REGION, Aws, eventually, messages
from local.tests.functions import create_function, map_source, printed

STREAM_ARN = f"arn:aws:kinesis:{REGION}:{ALPHA}:stream/stream"
LAKE_ARN = f"arn:aws:firehose:{REGION}:{ALPHA}:deliverystream/lake"
ROLE_ARN = f"arn:aws:iam::{ALPHA}:role/write"
BY_THING = {"KinesisParameters": {"PartitionKeyPath": "$.detail.thing.id"}}

REPORTS_POISON = """
    import base64
    def handle(event, context):
        read = {r["kinesis"]["sequenceNumber"]: r["kinesis"] for r in event["Records"]}
        data = {n: base64.b64decode(r["data"]).decode() for n, r in read.items()}
        print(",".join(data.values()))
        return {"batchItemFailures": [
            {"itemIdentifier": number} for number, text in data.items() if text == "poison"
        ]}
"""


def may(aws: Aws, *actions: str) -> None:
    """The role that rules deliver as: it may do this."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    iam = aws("iam")
    iam.create_role(RoleName="write", AssumeRolePolicyDocument=policy(trust))
    grant = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    iam.put_role_policy(RoleName="write", PolicyName="write", PolicyDocument=policy(grant))


@pytest.fixture
def undelivered(aws: Aws) -> tuple[str, str]:
    """A bus, a stream, a lake; the URL and the ARN of a queue for what does not come there."""
    aws("events").create_event_bus(Name="alpha")
    aws("kinesis").create_stream(StreamName="stream", ShardCount=1)
    aws("s3").create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": REGION})
    aws("firehose").create_delivery_stream(
        DeliveryStreamName="lake",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE_ARN,
            "BucketARN": "arn:aws:s3:::lake",
            "Prefix": "events/day=!{timestamp:yyyy-MM-dd}/",
        },
    )
    return create_queue(aws, "undelivered")


def put_event(aws: Aws, **detail: Any) -> None:
    entry = {"Source": "shop.example", "DetailType": "Happened", "Detail": json.dumps(detail)}
    answer = aws("events").put_events(Entries=[{**entry, "EventBusName": "alpha"}])
    assert answer["FailedEntryCount"] == 0


def records(aws: Aws) -> list[dict[str, Any]]:
    kinesis = aws("kinesis")
    (shard,) = kinesis.list_shards(StreamName="stream")["Shards"]
    reading = kinesis.get_shard_iterator(
        StreamName="stream", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    found: list[dict[str, Any]] = kinesis.get_records(ShardIterator=reading["ShardIterator"])[
        "Records"
    ]
    return found


def to(arn: str, queue: str, **more: Any) -> dict[str, Any]:
    return {"Arn": arn, "RoleArn": ROLE_ARN, "DeadLetterConfig": {"Arn": queue}, **more}


def test_a_stream_gets_the_event_parted_by_what_stands_at_the_path(
    aws: Aws, undelivered: tuple[str, str]
) -> None:
    may(aws, "kinesis:PutRecord")
    create_rule(aws, "alpha", to(STREAM_ARN, undelivered[1], **BY_THING))
    put_event(aws, thing={"id": "t-1"})
    [record] = eventually(lambda: records(aws))
    assert record["PartitionKey"] == "t-1"
    assert json.loads(record["Data"])["detail"] == {"thing": {"id": "t-1"}}


@pytest.mark.parametrize("arn", [STREAM_ARN, LAKE_ARN, f"{STREAM_ARN}-that-is-not-there"])
def test_an_event_for_what_is_gone_or_may_not_be_written_is_a_dead_letter(
    aws: Aws, undelivered: tuple[str, str], arn: str
) -> None:
    may(aws, "sqs:SendMessage")
    create_rule(aws, "alpha", to(arn, undelivered[1]))
    put_event(aws)
    [message] = eventually(lambda: messages(aws("sqs"), undelivered[0]))
    gone = arn.endswith("not-there")
    code = message["MessageAttributes"]["ERROR_CODE"]["StringValue"]
    assert code == ("RESOURCE_NOT_FOUND" if gone else "NO_PERMISSIONS")


def test_what_firehose_has_written_athena_answers_about_in_its_own_sql(
    aws: Aws, undelivered: tuple[str, str]
) -> None:
    may(aws, "firehose:PutRecord")
    create_rule(aws, "alpha", to(LAKE_ARN, undelivered[1]))
    serde = {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"}
    glue = aws("glue")
    glue.create_database(DatabaseInput={"Name": "lake"})
    glue.create_table(
        DatabaseName="lake",
        TableInput={
            "Name": "lines",
            "PartitionKeys": [{"Name": "day", "Type": "string"}],
            "StorageDescriptor": {
                "Location": "s3://lake/events/",
                "Columns": [{"Name": "line", "Type": "string"}],
                "SerdeInfo": {**serde, "Parameters": {"serialization.format": "1"}},
            },
        },
    )
    put_event(aws, amount=2)
    put_event(aws, amount=3)
    sql = "SELECT sum(cast(json_extract_scalar(line, '$.detail.amount') AS bigint)) FROM lines"
    eventually(lambda: len(aws("s3").list_objects_v2(Bucket="lake").get("Contents", [])) == 2)
    assert asked(aws, sql) == [["5"]]


def asked(aws: Aws, sql: str) -> list[list[str]]:
    """The rows that Athena answers with, without the header."""
    athena = aws("athena")
    id = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": "lake"},
        ResultConfiguration={"OutputLocation": "s3://lake/answers/"},
    )["QueryExecutionId"]

    def state() -> str:
        found = athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]["Status"]
        return "" if found["State"] in ("QUEUED", "RUNNING") else found["State"]

    assert eventually(state) == "SUCCEEDED"
    rows = athena.get_query_results(QueryExecutionId=id)["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows[1:]]


class Reader:
    """A function that reads a stream, switched on once the records are there."""

    def __init__(self, aws: Aws, **settings: Any) -> None:
        self.aws = aws
        aws("kinesis").create_stream(StreamName="stream", ShardCount=1)
        self.failed_url, failed = create_queue(aws, "failed")
        create_function(aws, "reader", REPORTS_POISON)
        self.mapping = map_source(
            aws,
            "reader",
            STREAM_ARN,
            Enabled=False,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            DestinationConfig={"OnFailure": {"Destination": failed}},
            **settings,
        )

    def put(self, *texts: str) -> None:
        for text in texts:
            self.aws("kinesis").put_record(
                StreamName="stream", Data=text.encode(), PartitionKey="any"
            )

    def start(self) -> None:
        self.aws("lambda").update_event_source_mapping(UUID=self.mapping, Enabled=True)

    def batches(self) -> list[str]:
        return [line for line in printed(self.aws, "reader") if line[:1] in "abcp"]


def test_a_reader_begins_with_the_oldest_record_and_goes_on_behind_one_that_is_given_up(
    aws: Aws,
) -> None:
    reader = Reader(aws, StartingPosition="TRIM_HORIZON", BatchSize=2, MaximumRetryAttempts=1)
    reader.put("a", "poison", "b")
    reader.start()
    eventually(lambda: "b" in reader.batches())
    assert reader.batches() == ["a,poison", "poison", "b"]
    [message] = eventually(lambda: messages(aws("sqs"), reader.failed_url))
    told = json.loads(message["Body"])
    assert told["KinesisBatchInfo"]["batchSize"] == 1
    assert told["KinesisBatchInfo"]["streamArn"] == STREAM_ARN


def test_a_record_that_fails_is_given_up_when_it_is_older_than_the_mapping_lets_it_become(
    aws: Aws,
) -> None:
    reader = Reader(aws, StartingPosition="TRIM_HORIZON", MaximumRecordAgeInSeconds=1)
    reader.put("poison")
    reader.start()
    [message] = eventually(lambda: messages(aws("sqs"), reader.failed_url))
    condition = json.loads(message["Body"])["requestContext"]["condition"]
    assert condition == "MaxRecordAgeExceeded"
