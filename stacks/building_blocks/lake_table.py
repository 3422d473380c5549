"""A table over the lines of the audit lake, and who may ask it: Glue, Athena."""

import aws_cdk as cdk
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from constructs import Construct

LINES = "lines"
"""The name of the table; the database and the work group are named as the lake."""

FIRST_DAY = "2026-01-01"
"""Athena looks at the folders of the days from here to today."""

SCANNED_AT_MOST = cdk.Size.gibibytes(10)
"""A query that reads more is stopped: it lacks a condition on the day."""


class LakeTable(Construct):
    """The Glue table `lines` of the database `name`, and a work group of that name to ask it.

    It has two columns, the line and its day, so that no format of an event can break
    it; whoever asks takes the line apart by json_extract_scalar. Days are found by partition
    projection: there is nothing to crawl or repair.
    https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        bucket: s3.IBucket,
        events: str,
        answers: str,
    ) -> None:
        super().__init__(scope, id)
        self._table(name, f"s3://{bucket.bucket_name}/{events}")
        self._work_group(name, f"s3://{bucket.bucket_name}/{answers}")
        stack = cdk.Stack.of(self)
        cdk.CfnOutput(stack, "AuditDatabase", value=name)
        cdk.CfnOutput(stack, "AuditWorkGroup", value=name)

    def _table(self, name: str, location: str) -> None:
        stack = cdk.Stack.of(self)
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=stack.account,
            database_name=name,
            database_input=glue.CfnDatabase.DatabaseInputProperty(name=name),
        )
        glue.CfnTable(
            self,
            "Lines",
            catalog_id=stack.account,
            database_name=name,
            table_input=glue.CfnTable.TableInputProperty(
                name=LINES,
                table_type="EXTERNAL_TABLE",
                partition_keys=[glue.CfnTable.ColumnProperty(name="day", type="string")],
                parameters={
                    "EXTERNAL": "TRUE",
                    "projection.enabled": "true",
                    "projection.day.type": "date",
                    "projection.day.format": "yyyy-MM-dd",
                    "projection.day.range": f"{FIRST_DAY},NOW+1DAY",
                    "storage.location.template": f"{location}day=${{day}}/",
                },
                storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                    location=location,
                    columns=[glue.CfnTable.ColumnProperty(name="line", type="string")],
                    input_format="org.apache.hadoop.mapred.TextInputFormat",
                    output_format="org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                    serde_info=glue.CfnTable.SerdeInfoProperty(
                        serialization_library="org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                        # Columns end at \\u0001, which JSON never has unescaped: a line is one.
                        parameters={"serialization.format": "1"},
                    ),
                ),
            ),
        ).add_resource_dependency(database)

    def _work_group(self, name: str, answers: str) -> None:
        athena.CfnWorkGroup(
            self,
            "WorkGroup",
            name=name,
            recursive_delete_option=True,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=SCANNED_AT_MOST.to_bytes(),
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=answers,
                    encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                        encryption_option="SSE_S3"
                    ),
                ),
            ),
        )
