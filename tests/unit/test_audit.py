"""Questions to the audit lake: what is SQL, and what becomes of it before Athena gets it."""

import re
from datetime import date

import pytest

from business.audit.questions import QUESTIONS, BadQuestion, query


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_with_a_name_asks_the_lines_since_a_day(name: str) -> None:
    asked = query(QUESTIONS[name], {"id": "o-1"}, "2026-11-20")
    assert "FROM lines" in asked
    assert "'2026-11-20'" in asked


def test_whoever_names_no_day_asks_since_one_that_is_a_date_for_athena() -> None:
    asked = query(QUESTIONS["per-hour"], {})
    (since,) = re.findall(r"day >= '([^']*)'", asked)
    assert date.fromisoformat(since) < date(2026, 1, 1)


def test_a_value_is_text_of_the_question_and_never_sql() -> None:
    asked = query(QUESTIONS["order"], {"id": "o' OR '1' = '1"})
    assert "'o'' OR ''1'' = ''1'" in asked


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT FROM WHERE", "this is no SQL"),
        ("DELETE FROM lines", "DELETE is no question: expected a SELECT"),
        ("DROP TABLE lines", "DROP is no question: expected a SELECT"),
        (QUESTIONS["order"], "the question needs --id VALUE"),
    ],
)
def test_what_is_no_question_is_refused_with_what_was_expected(sql: str, expected: str) -> None:
    with pytest.raises(BadQuestion, match=expected):
        query(sql, {})


@pytest.mark.parametrize("since", ["yesterday", "20261120", "2026-11-31", ""])
def test_a_day_that_is_none_is_refused_and_not_asked_about(since: str) -> None:
    with pytest.raises(BadQuestion, match=f"since '{since}': expected a day such as 2026-11-20"):
        query(QUESTIONS["per-hour"], {}, since)
