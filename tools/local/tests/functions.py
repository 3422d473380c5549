"""Small functions for the tests of what invokes functions."""

import io
import textwrap
import zipfile
from typing import Any

from local.tests.conftest import ALPHA, Aws

PLATFORM_LINES = ("START ", "END ", "REPORT ")


def zipped(name: str, content: str, mode: int = 0o644) -> bytes:
    """A deployment package of one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        file = zipfile.ZipInfo(name)
        file.external_attr = mode << 16
        archive.writestr(file, content)
    return buffer.getvalue()


def create_function(aws: Aws, name: str, source: str, account: str = ALPHA, **settings: Any) -> str:
    """Creates a function whose module `handler` has the source; returns its ARN."""
    answer = aws("lambda", account).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="handler.handle",
        Role=f"arn:aws:iam::{account}:role/any",
        Code={"ZipFile": zipped("handler.py", textwrap.dedent(source))},
        **settings,
    )
    return str(answer["FunctionArn"])


def map_source(aws: Aws, function: str, source_arn: str, **settings: Any) -> str:
    """Maps a queue or a stream to a function; returns the mapping's id."""
    answer = aws("lambda").create_event_source_mapping(
        FunctionName=function, EventSourceArn=source_arn, **settings
    )
    return str(answer["UUID"])


def printed(aws: Aws, function: str, account: str = ALPHA) -> list[str]:
    """What a function has printed so far, line by line."""
    logs = aws("logs", account)
    group = f"/aws/lambda/{function}"
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return [
        event["message"]
        for page in pages
        for event in page["events"]
        if not event["message"].startswith(PLATFORM_LINES)
    ]
