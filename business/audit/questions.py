"""SQL over all events, in Athena's dialect: the table `events`, and the questions that have names.

A line of the lake is an event as it was delivered, maybe more than once. `events` has each once.
"""

from collections.abc import Mapping
from datetime import date

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

DIALECT = "athena"

EVENTS = """
SELECT id, source, detail_type, version, occurred_at, subject, correlation_id, causation_id,
       account, data, day
FROM (
    SELECT json_extract_scalar(line, '$.detail.metadata.id') AS id,
           json_extract_scalar(line, '$.source') AS source,
           json_extract_scalar(line, '$["detail-type"]') AS detail_type,
           json_extract_scalar(line, '$.detail.metadata.version') AS version,
           from_iso8601_timestamp(json_extract_scalar(line, '$.detail.metadata.occurredAt'))
               AS occurred_at,
           json_extract_scalar(line, '$.detail.metadata.subject') AS subject,
           json_extract_scalar(line, '$.detail.metadata.correlationId') AS correlation_id,
           json_extract_scalar(line, '$.detail.metadata.causationId') AS causation_id,
           json_extract_scalar(line, '$.account') AS account,
           json_format(json_extract(line, '$.detail.data')) AS data,
           day,
           row_number() OVER (
               PARTITION BY json_extract_scalar(line, '$.detail.metadata.id') ORDER BY day
           ) AS copy
    FROM lines
    WHERE day >= :since
) AS copies
WHERE copy = 1
"""
"""The table `events`: `data` is JSON text, and `day` the day on which the event was written."""

BEGINNING = "1970-01-01"
"""Before every day, and a day: Athena reads the table's days as dates.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

QUESTIONS: dict[str, str] = {
    "order": """
        SELECT occurred_at, source, detail_type, id, causation_id, data
        FROM events
        WHERE subject = :id OR json_extract_scalar(data, '$.orderId') = :id
        ORDER BY occurred_at, id
    """,
    "per-hour": """
        SELECT date_trunc('hour', occurred_at) AS hour, source, detail_type, count(*) AS events
        FROM events
        GROUP BY 1, 2, 3
        ORDER BY 1, 2, 3
    """,
    "slowest": """
        SELECT placed.subject AS order_id,
               placed.occurred_at AS placed_at,
               issued.occurred_at AS issued_at,
               date_diff('millisecond', placed.occurred_at, issued.occurred_at) / 1000.0 AS seconds
        FROM events AS placed
        JOIN events AS issued
          ON issued.subject = placed.subject AND issued.detail_type = 'InvoiceIssued'
        WHERE placed.detail_type = 'OrderPlaced'
        ORDER BY seconds DESC, order_id
        LIMIT 10
    """,
}
"""Questions by their names: everything about an order (`:id`), events of each type in each hour,
the orders that took longest to their invoice.
"""


class BadQuestion(ValueError):
    """SQL that is none, or is no question, a day that is none, or a question without what it
    asks about.
    """


def query(sql: str, values: Mapping[str, str], since: str = BEGINNING) -> str:
    """The SQL that Athena runs: with `events` written out, and `:name` replaced by its value.

    BadQuestion, naming what is wrong with it.
    """
    try:
        asked = sqlglot.parse_one(sql, read=DIALECT)
    except SqlglotError as error:
        raise BadQuestion(f"this is no SQL: {error}") from error
    if not isinstance(asked, exp.Query):
        raise BadQuestion(f"{asked.key.upper()} is no question: expected a SELECT")
    if not _is_day(since):
        raise BadQuestion(f"since {since!r}: expected a day such as 2026-11-20")
    missing = {each.name for each in asked.find_all(exp.Placeholder)} - set(values)
    if missing:
        names = " and ".join(f"--{name} VALUE" for name in sorted(missing))
        raise BadQuestion(f"the question needs {names}")
    table = exp.replace_placeholders(sqlglot.parse_one(EVENTS, read=DIALECT), since=since)
    assert isinstance(table, exp.Query)
    whole = exp.expand(exp.replace_placeholders(asked, **values), {"events": table})
    return whole.sql(dialect=DIALECT, pretty=True)


def _is_day(text: str) -> bool:
    """Whether it is a day as the lines name theirs, so that the two compare as texts."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
