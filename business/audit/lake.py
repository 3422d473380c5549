"""Asks Athena: starts a query, waits for it, reads its rows."""

from typing import TYPE_CHECKING, NamedTuple

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_exponential

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import QueryExecutionStatusTypeDef

WITHIN_S = 300.0
UNDER_WAY = {"QUEUED", "RUNNING"}


class NoAnswer(Exception):
    """Athena did not answer: the text is its reason."""


class Answer(NamedTuple):
    """The names of the columns, and the rows as texts; None where there is no value."""

    columns: list[str]
    rows: list[list[str | None]]


def ask(athena: "AthenaClient", sql: str, *, database: str, work_group: str) -> Answer:
    """What Athena answers. NoAnswer if the query fails, or takes longer than WITHIN_S."""
    id = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": database},
        WorkGroup=work_group,
    )["QueryExecutionId"]

    def status() -> "QueryExecutionStatusTypeDef":
        return athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]["Status"]

    waiting = Retrying(
        retry=retry_if_result(lambda found: found["State"] in UNDER_WAY),
        wait=wait_exponential(multiplier=0.05, max=2),
        stop=stop_after_delay(WITHIN_S),
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )
    found = waiting(status)
    if found["State"] != "SUCCEEDED":
        raise NoAnswer(f"{found['State']}: {found.get('StateChangeReason', 'no reason is told')}")
    columns: list[str] = []
    rows: list[list[str | None]] = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=id):
        result = page["ResultSet"]
        columns = [one["Name"] for one in result["ResultSetMetadata"]["ColumnInfo"]]
        rows += [[one.get("VarCharValue") for one in row["Data"]] for row in result["Rows"]]
    # The first row of a SELECT is its header.
    return Answer(columns, rows[1:])
