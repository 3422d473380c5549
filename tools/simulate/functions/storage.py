"""The calls of S3 and CloudWatch Logs."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulate.errors import NotSimulated
from simulate.functions.invocation import Invocation
from simulate.functions.refusals import Refused, permitted
from simulate.loop import running

if TYPE_CHECKING:
    from simulate.wiring import Function
    from simulate.world import World

Arguments = dict[str, Any]


class Storage:
    """Buckets and log groups, as functions call them."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.operations: dict[str, Callable[[Function, Arguments], Any]] = {
            "s3.put_object": self._put_object,
            "s3.get_object": self._get_object,
            "logs.put_log_events": self._put_log_events,
        }

    def _bucket(self, function: "Function", name: str, key: str, action: str) -> dict[str, bytes]:
        arn = f"arn:aws:s3:::{name}"
        bucket = self._world.buckets.get(arn)
        if bucket is None:
            raise Refused("NoSuchBucket", f"there is no bucket {name}")
        permitted(self._world, function, action, f"{arn}/{key}", name)
        if self._world.troubles.is_down(arn):
            raise Refused("InternalError", f"{name} is not available")
        return bucket

    def _put_object(self, function: "Function", arguments: Arguments) -> Any:
        key, body = arguments["Key"], arguments["Body"]
        if "IfNoneMatch" in arguments or "IfMatch" in arguments:
            raise NotSimulated("an object on a condition is not simulated")
        bucket = self._bucket(function, arguments["Bucket"], key, "s3:PutObject")
        if not isinstance(body, bytes | str):
            raise NotSimulated(f"an object of a {type(body).__name__} is not simulated")
        bucket[key] = body if isinstance(body, bytes) else body.encode()
        self._world.tell(f"bucket {arguments['Bucket']}", f"keeps {key}", str(body))
        written = (f"arn:aws:s3:::{arguments['Bucket']}", key)
        self._world.written.setdefault(written, self._world.loop.now)
        invocation = running()
        if isinstance(invocation, Invocation):
            invocation.sent += 1
        return {}

    def _get_object(self, function: "Function", arguments: Arguments) -> Any:
        key = arguments["Key"]
        bucket = self._bucket(function, arguments["Bucket"], key, "s3:GetObject")
        if key not in bucket:
            raise Refused("NoSuchKey", key)
        return {"Body": io.BytesIO(bucket[key]), "ContentLength": len(bucket[key])}

    def _put_log_events(self, function: "Function", arguments: Arguments) -> Any:
        name, stream = arguments["logGroupName"], arguments["logStreamName"]
        base = f"arn:aws:logs:{function.region}:{function.account}:log-group:{name}"
        group = self._world.logs.get(base)
        if group is None:
            raise Refused("ResourceNotFoundException", f"there is no log group {name}")
        arn = f"{base}:log-stream:{stream}"
        permitted(self._world, function, "logs:PutLogEvents", arn, name)
        group += [str(event["message"]) for event in arguments["logEvents"]]
        return {}
