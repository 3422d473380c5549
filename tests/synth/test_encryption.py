"""Encrypted at rest, and TLS only, wherever data is."""

from typing import Any

from tests.synth.conftest import Templates
from tests.synth.template import Template, target


def denies_plain_text(statements: list[dict[str, Any]], actions: set[str]) -> bool:
    """Whether anyone is denied these actions without TLS."""
    return any(
        statement["Effect"] == "Deny"
        and statement["Principal"] in ("*", {"AWS": "*"})
        and statement["Action"] in actions
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in statements
    )


def test_every_queue_is_encrypted_and_tls_only(stack: Template) -> None:
    for id, queue in stack.of("AWS::SQS::Queue").items():
        assert queue["SqsManagedSseEnabled"] is True, id
        statements = stack.statements("AWS::SQS::QueuePolicy", id)
        assert denies_plain_text(statements, {"sqs:*"}), id


def test_every_topic_is_encrypted_with_a_key_of_the_domain_and_tls_only(stack: Template) -> None:
    for id, topic in stack.of("AWS::SNS::Topic").items():
        assert target(topic["KmsMasterKeyId"]) in stack.of("AWS::KMS::Key")
        statements = stack.statements("AWS::SNS::TopicPolicy", id)
        assert denies_plain_text(statements, {"sns:Publish"}), id


def test_every_key_is_rotated_and_lets_only_services_of_aws_and_its_account_use_it(
    stack: Template,
) -> None:
    keys = stack.of("AWS::KMS::Key").values()
    assert all(key["EnableKeyRotation"] is True for key in keys)
    for statement in [one for key in keys for one in key["KeyPolicy"]["Statement"]]:
        (kind,) = statement["Principal"]
        assert kind in ("AWS", "Service")
        if kind == "Service":
            assert set(statement["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
        else:
            assert statement["Principal"] != {"AWS": "*"}


def test_every_bucket_is_private_encrypted_versioned_and_tls_only(stack: Template) -> None:
    for id, bucket in stack.of("AWS::S3::Bucket").items():
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in ("AES256", "aws:kms")
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert denies_plain_text(stack.statements("AWS::S3::BucketPolicy", id), {"s3:*"})


def test_every_table_is_encrypted_and_can_be_restored_to_a_point_in_time(stack: Template) -> None:
    for table in stack.of("AWS::DynamoDB::Table").values():
        assert table["SSESpecification"] == {"SSEEnabled": True}
        recovery = table["PointInTimeRecoverySpecification"]
        assert recovery["PointInTimeRecoveryEnabled"] is True


def test_every_log_is_kept_for_a_time_that_is_given(stack: Template) -> None:
    for log in stack.of("AWS::Logs::LogGroup").values():
        assert log["RetentionInDays"] in (30, 365)


def test_data_outlives_its_stack_everywhere_but_in_development(
    templates: Templates, production: Templates
) -> None:
    kept = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key")
    retained = {"Retain", "RetainExceptOnCreate"}
    for stacks, policies in ((templates, {"Delete"}), (production, retained)):
        found = [one for stack in stacks.values() for one in stack.body["Resources"].values()]
        assert {resource["Type"] for resource in found} >= set(kept)
        for resource in found:
            if resource["Type"] in kept:
                assert resource["DeletionPolicy"] in policies, resource["Type"]


def test_a_production_table_cannot_be_deleted_by_mistake(production: Templates) -> None:
    for stack in production.values():
        for table in stack.of("AWS::DynamoDB::Table").values():
            assert table["DeletionProtectionEnabled"] is True


def test_a_first_deploy_that_fails_can_roll_back(production: Templates) -> None:
    """Nothing that it deletes is protected from that, and nothing that it leaves has a name, which
    the next deploy would need. A log's stream goes with its group.
    """
    for stack in production.values():
        for id, resource in stack.body["Resources"].items():
            is_protected = resource["Properties"].get("DeletionProtectionEnabled", False)
            is_left = resource.get("DeletionPolicy") == "Retain"
            if resource["Type"] != "AWS::Logs::LogStream":
                assert is_left is is_protected, id
            if resource["Type"] == "AWS::DynamoDB::Table":
                assert "TableName" not in resource["Properties"]
