"""Athena takes its own SQL, which is Trino's.

DuckDB answers in the emulator, and has other names for many functions: a query is translated.
https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html

ministack 1.5.33 hands queries to DuckDB as they are. This can go when it translates them.
"""

from typing import Any

from ministack.services import athena

from local.emulator import seams


def install() -> None:
    """Translates queries before they run; one that cannot be read fails, as on Athena."""
    run = seams.original(athena, "_run_duckdb")

    async def run_translated(query: str, database: str, catalog: Any = None) -> Any:
        # To import it takes longer than most emulators are ever asked in SQL.
        import sqlglot

        (translated,) = sqlglot.transpile(query, read="athena", write="duckdb")
        return await run(translated, database, catalog)

    seams.replace(athena, "_run_duckdb", run_translated)
