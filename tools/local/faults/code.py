"""Functions and tables that do not work."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.errors import LocalRunError
from local.faults.names import function_arn, function_name, one
from local.faults.switches import switched
from local.system import System

MAPPING = "AWS::Lambda::EventSourceMapping"
TABLE = "AWS::DynamoDB::Table"


@contextmanager
def function_raising(system: System, stack: str, part: str) -> Iterator[None]:
    """The function raises at every invocation, as after a bad deploy."""
    arn = function_arn(system, stack, function_name(system, stack, part))
    with switched(system, {"raising": arn}):
        yield


@contextmanager
def function_throttled(system: System, stack: str, part: str) -> Iterator[None]:
    """The function's reserved concurrency is 0: Lambda starts none."""
    functions = system.client("lambda", stack)
    name = function_name(system, stack, part)
    before = functions.get_function_concurrency(FunctionName=name).get(
        "ReservedConcurrentExecutions"
    )
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        if before is None:
            functions.delete_function_concurrency(FunctionName=name)
        else:
            functions.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=before
            )


@contextmanager
def mappings_off(system: System, stack: str, part: str) -> Iterator[None]:
    """The event source mappings of the function are off; those that were off stay so."""
    functions = system.client("lambda", stack)
    arn = function_arn(system, stack, function_name(system, stack, part))
    switched = []
    for uuid in system.resources(stack, MAPPING).values():
        mapping = functions.get_event_source_mapping(UUID=uuid)
        if mapping["FunctionArn"].startswith(arn) and mapping["State"] == "Enabled":
            switched.append(uuid)
    if not switched:
        raise LocalRunError(f"{stack}: {part} has no event source mapping that is on")
    for uuid in switched:
        functions.update_event_source_mapping(UUID=uuid, Enabled=False)
    try:
        yield
    finally:
        for uuid in switched:
            functions.update_event_source_mapping(UUID=uuid, Enabled=True)


@contextmanager
def table_refusing(system: System, stack: str, part: str) -> Iterator[None]:
    """The table throttles every read and write."""
    owner = system.stack(stack)
    name = one(system, stack, TABLE, part)
    arn = f"arn:aws:dynamodb:{owner.region}:{owner.account}:table/{name}"
    with switched(system, {"refusing": arn}):
        yield
