"""What a function imports when it starts: each module and client is a part of its cold start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import UnknownServiceError

from eventing import aws
from tests.unit import handlers

LAMBDAS = Path(__file__).parents[2] / "lambdas"
ON_LAMBDA = {"LAMBDA_TASK_ROOT": "/var/task"}


def imported_by(module: str, environment: dict[str, str]) -> set[str]:
    """The modules that a fresh interpreter has after it imported this one."""
    paths = os.pathsep.join([str(LAMBDAS), str(LAMBDAS.parent)])
    done = subprocess.run(
        [sys.executable, "-c", f"import json, sys, {module}; print(json.dumps([*sys.modules]))"],
        env=handlers.ENVIRONMENT | environment | {"PYTHONPATH": paths},
        capture_output=True,
        check=True,
    )
    return set(json.loads(done.stdout))


def test_outside_lambda_nothing_is_traced() -> None:
    assert "aws_xray_sdk.core" not in imported_by("orders.track_order", {})


def test_on_lambda_the_calls_of_clients_are_traced_and_nothing_else_is_imported_for_it() -> None:
    environment = ON_LAMBDA | {"POWERTOOLS_TRACE_DISABLED": "false"}
    traced = imported_by("orders.track_order", environment)
    patches = {name for name in traced if name.startswith("aws_xray_sdk.ext.")}
    assert {name.split(".")[2] for name in patches} <= {"botocore", "boto_utils", "util"}
    assert "aws_xray_sdk.ext.botocore" in patches


def test_a_client_of_a_service_that_no_function_uses_names_those_that_there_are() -> None:
    with pytest.raises(UnknownServiceError, match="dynamodb, events, s3, sns, sqs"):
        aws.client("kinesis")
