"""AWS as the measured functions see it: answers at once, keeps what it is given.

It takes the place of the calls of boto3's clients, so what boto3 makes of them is not measured.
"""

import io
import time
from collections.abc import Callable
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bench.database import Database, Refused
from bench.entries import flaw

Arguments = dict[str, Any]
Effect = dict[str, Any]
"""What a function did: `on` a table, bus, topic, queue or stream, `name`, and what it gave it."""

_DATABASE = {
    "BatchGetItem": Database.batch_get_item,
    "BatchWriteItem": Database.batch_write_item,
    "DeleteItem": Database.delete_item,
    "GetItem": Database.get_item,
    "PutItem": Database.put_item,
    "Query": Database.query,
    "Scan": Database.scan,
    "TransactGetItems": Database.transact_get_items,
    "TransactWriteItems": Database.transact_write_items,
    "UpdateItem": Database.update_item,
}


class StubbedAws:
    """One account's AWS. In place of botocore's every call, once it is installed.

    `effects` is what was done so far, `calls` how many calls that took, `seconds` the CPU time of
    the stubs, `unknown` the calls that were made and have no stub.
    """

    def __init__(self, database: Database) -> None:
        self.effects: list[Effect] = []
        self.calls = 0
        self.seconds = 0.0
        self.unknown: set[str] = set()
        self._database = database
        self._objects: dict[tuple[str, str], bytes] = {}
        database.changed = lambda table, change: self._did("table", table, change)
        self._calls: dict[str, Callable[[Arguments], dict[str, Any]]] = {
            "events.DescribeEventBus": lambda _: {},
            "events.PutEvents": self._put_events,
            "kinesis.PutRecord": self._put_record,
            "kinesis.PutRecords": self._put_records,
            "s3.GetObject": self._get_object,
            "s3.PutObject": self._put_object,
            "sns.Publish": self._publish,
            "sns.PublishBatch": self._publish_batch,
            "sqs.SendMessage": self._send_message,
            "sqs.SendMessageBatch": self._send_message_batch,
        }

    def install(self) -> None:
        """From here on, every client of this process calls this object."""

        def call(client: BaseClient, operation: str, arguments: Arguments) -> dict[str, Any]:
            self.calls += 1
            began = time.process_time()
            try:
                return self._answer(client, operation, arguments)
            finally:
                self.seconds += time.process_time() - began

        BaseClient._make_api_call = call  # type: ignore[attr-defined]

    def _answer(self, client: BaseClient, operation: str, arguments: Arguments) -> dict[str, Any]:
        service = client.meta.service_model.service_name
        try:
            if service == "dynamodb" and operation in _DATABASE:
                return _DATABASE[operation](self._database, arguments)
            if f"{service}.{operation}" in self._calls:
                return self._calls[f"{service}.{operation}"](arguments)
        except Refused as refused:
            raise _error(client, operation, refused) from refused
        self.unknown.add(f"{service}.{operation}")
        raise _error(client, operation, Refused("NotStubbed"))

    def _did(self, on: str, name: str, what: Any) -> None:
        self.effects.append({"on": on, "name": name, "what": what})

    def _put_events(self, arguments: Arguments) -> dict[str, Any]:
        results = []
        for entry in arguments["Entries"]:
            error = flaw(entry)
            results.append({"ErrorCode": error} if error else {"EventId": "stub"})
            if not error:
                self._did("bus", entry.get("EventBusName", "default"), entry)
        failed = sum("ErrorCode" in result for result in results)
        return {"FailedEntryCount": failed, "Entries": results}

    def _send_message(self, arguments: Arguments) -> dict[str, Any]:
        self._did("queue", arguments["QueueUrl"], arguments)
        return {"MessageId": "stub"}

    def _send_message_batch(self, arguments: Arguments) -> dict[str, Any]:
        for entry in arguments["Entries"]:
            self._did("queue", arguments["QueueUrl"], entry)
        return _each(arguments["Entries"])

    def _publish(self, arguments: Arguments) -> dict[str, Any]:
        self._did("topic", arguments.get("TopicArn", ""), arguments)
        return {"MessageId": "stub"}

    def _publish_batch(self, arguments: Arguments) -> dict[str, Any]:
        for entry in arguments["PublishBatchRequestEntries"]:
            self._did("topic", arguments["TopicArn"], entry)
        return _each(arguments["PublishBatchRequestEntries"])

    def _put_record(self, arguments: Arguments) -> dict[str, Any]:
        self._did("stream", arguments.get("StreamARN") or arguments["StreamName"], arguments)
        return {"ShardId": "stub", "SequenceNumber": "1"}

    def _put_records(self, arguments: Arguments) -> dict[str, Any]:
        for record in arguments["Records"]:
            self._put_record(arguments | record)
        return {
            "FailedRecordCount": 0,
            "Records": [{"ShardId": "stub"} for _ in arguments["Records"]],
        }

    def _put_object(self, arguments: Arguments) -> dict[str, Any]:
        body = arguments.get("Body", b"")
        content = (
            body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else b""
        )
        self._objects[arguments["Bucket"], arguments["Key"]] = content
        return {"ETag": "stub"}

    def _get_object(self, arguments: Arguments) -> dict[str, Any]:
        content = self._objects.get((arguments["Bucket"], arguments["Key"]))
        if content is None:
            raise Refused("NoSuchKey")
        return {"Body": io.BytesIO(content), "ContentLength": len(content)}


def _each(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Successful": [{"Id": entry["Id"], "MessageId": "stub"} for entry in entries]}


def _error(client: BaseClient, operation: str, refused: Refused) -> ClientError:
    response: Any = {
        "Error": {"Code": refused.code, "Message": refused.code},
        "CancellationReasons": [{"Code": reason} for reason in refused.reasons],
    }
    kind: Any = client.exceptions.from_code(refused.code)
    error: ClientError = kind(response, operation)
    return error
