"""Every way to break a property that a delivery or an alarm touches is found, but those listed."""

import fnmatch
import json
import os
import shutil
import zlib
from pathlib import Path

import pytest

from routes.checks import findings, run
from routes.checks.base import Context
from routes.journeys.examples import examples_for
from routes.journeys.graph import Routes
from tests.synth.mutations import Template, mutations

ALL = bool(os.environ.get("ALL_MUTATIONS"))
"""Whether each mutation is tried (minutes), as `make mutations` does, or one of `SAMPLE`."""
SAMPLE = 20

# What no check can see in the templates, by resource type, and why.
NOT_CAUGHT = {
    # The default that is left is as good, or slower or wider at most.
    "Events::Rule: EventBusName removed",
    "Events::Rule: EventBusName empty",
    "ApiGatewayV2::Integration: PayloadFormatVersion removed",
    "CloudWatch::Alarm: DatapointsToAlarm removed",
    "CloudWatch::Alarm: TreatMissingData removed",
    "Events::Rule: Targets.0.RetryPolicy* removed",
    "Events::Rule: Targets.0.RetryPolicy empty",
    "Lambda::EventSourceMapping: BatchSize removed",
    "Lambda::EventSourceMapping: BisectBatchOnFunctionError *",
    "Lambda::EventSourceMapping: MaximumRecordAgeInSeconds *",
    "Lambda::EventSourceMapping: ScalingConfig*",
    "Lambda::Function: Timeout removed",
    "SQS::Queue: FifoThroughputLimit removed",
    # How long an order waits before it is dispatched is the business's to say.
    "SQS::Queue: DelaySeconds 0",
    "SQS::Queue: DelaySeconds removed",
    # A stack may have several buses, and which of them is worth an archive is its own decision.
    "Events::Archive: SourceArn pointed elsewhere",
    "Events::Archive: deleted",
    # Without a policy of the app's, SNS's own lets the account's alarms in.
    "SNS::TopicPolicy: deleted",
    # How records get into shards, and lines into files, is for the app to say.
    "Events::Rule: Targets.0.KinesisParameters*",
    "Kinesis::Stream: StreamModeDetails*",
    "KinesisFirehose::DeliveryStream: DeliveryStreamType removed",
    "KinesisFirehose::DeliveryStream: ExtendedS3DestinationConfiguration.*",
    # A name that nothing outside the template goes by.
    "Events::EventBusPolicy: StatementId misspelled",
    "Events::Rule: Targets.0.Id misspelled",
    "Kinesis::Stream: Name *",
    "KinesisFirehose::DeliveryStream: DeliveryStreamName *",
    "Lambda::Alias: Name misspelled",
    "SNS::Topic: TopicName *",
    "SQS::Queue: QueueName *",
    # Security that moves no event: who else is let in, what is not encrypted or only by AWS.
    "*.Deny(s*)*",
    "*.Condition*",
    "ApiGatewayV2::Route: AuthorizationType removed",
    "SQS::QueuePolicy: deleted",
    "Events::Archive: KmsKeyIdentifier *",
    "Kinesis::Stream: StreamEncryption*",
    "KinesisFirehose::DeliveryStream: DeliveryStreamEncryption*",
    "SNS::Topic: KmsMasterKeyId removed",
    # An archive of everything is an archive; what alarms mean is for the app to say.
    "Events::Archive: EventPattern removed",
    "CloudWatch::Alarm: AlarmActions.0 pointed elsewhere",
    "CloudWatch::Alarm: Dimensions.1 removed",
    "CloudWatch::Alarm: ExtendedStatistic misspelled",
    "CloudWatch::Alarm: Threshold 0",
    # A delivery of one record takes the one action, or the other.
    "IAM::Role: *.Allow(firehose:*).Action.* removed",
    "IAM::Role: *.Allow(kinesis:*).Action.* removed",
    # As whom Firehose writes parts of files and its log, the run on AWS shows.
    "IAM::Role: *.Allow(logs:*",
    "IAM::Role: *.Allow(s3:*",
    # No example tells an event of the same source, or of the same type, that must not come.
    "Events::Rule: EventPattern.* removed",
    "Events::Rule: EventPattern.*.prefix empty",
    # What code does with its grants is the business of its tests, and of the run with IAM enforced.
    "IAM::Policy: *.Allow(dynamodb:*",
    "IAM::Policy: *.Allow(events:DescribeEventBus)*",
    "IAM::Policy: *.Allow(logs:*",
    "IAM::Policy: *.Allow(kinesis:*",
    "IAM::Policy: *.Allow(s3:*",
    "IAM::Policy: *.Allow(sqs:*).Action.* removed",
    "IAM::Policy: *.Allow(xray:*",
    # What a metric of the code's own is about, is for the code to say.
    "CloudWatch::Alarm: Dimensions.0.Value empty",
    "CloudWatch::Alarm: Dimensions.0.Value misspelled",
    # Which handler, and what an index is made of, is for the code that uses them.
    "Lambda::Function: Handler *",
    "DynamoDB::Table: AttributeDefinitions.[12]*",
    "CloudWatch::Alarm: Dimensions.1.Value pointed elsewhere",
}


@pytest.mark.timeout(900)
def test_every_mutation_that_breaks_a_delivery_or_an_alarm_is_found(
    assembly: Path, tmp_path: Path
) -> None:
    templates = _templates(assembly)
    shutil.copy(assembly / "manifest.json", tmp_path)
    shutil.copytree(assembly / "examples", tmp_path / "examples")
    for name, template in templates.items():
        _write(tmp_path, name, template)
    missed, count = [], 0
    for mutation in mutations(templates):
        if not ALL and zlib.crc32(mutation.label.encode()) % SAMPLE:
            continue
        count += 1
        _write(tmp_path, mutation.stack, mutation.applied(templates)[mutation.stack])
        if not _something_is_found(tmp_path):
            missed.append(mutation.label)
        _write(tmp_path, mutation.stack, templates[mutation.stack])
    assert count > 50
    listed = {pattern: fnmatch.filter(missed, pattern) for pattern in NOT_CAUGHT}
    assert [name for name in missed if not any(name in names for names in listed.values())] == []
    if ALL:
        assert [pattern for pattern, names in listed.items() if not names] == []


def test_our_own_assembly_has_no_finding(assembly: Path) -> None:
    routes = Routes.of(assembly)
    context = Context(routes, examples_for(routes, None))
    assert context.examples
    assert run(context) == []
    assert context.left_out == []


def test_the_mutations_reach_every_type_that_is_looked_at(assembly: Path) -> None:
    templates = _templates(assembly)
    there = {
        each["Type"] for template in templates.values() for each in template["Resources"].values()
    }
    reached = {mutation.kind for mutation in mutations(templates)}
    assert {"AWS::Events::Rule", "AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping"} <= reached
    assert reached <= there


def _templates(assembly: Path) -> dict[str, Template]:
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in sorted(assembly.glob("*.template.json"))
    }


def _write(folder: Path, name: str, template: Template) -> None:
    (folder / f"{name}.template.json").write_text(json.dumps(template))


def _something_is_found(folder: Path) -> bool:
    routes = Routes.of(folder)
    return any(True for _ in findings(Context(routes, examples_for(routes, None))))
