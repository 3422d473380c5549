"""A domain's dashboard shows all that the domain's stack holds."""

import json
from typing import Any

from tests.synth.places import dead_letter_queues
from tests.synth.template import Template, target

REF = "\x00"


def widgets(stack: Template) -> dict[str, list[Any]]:
    """The metrics of each widget of the domain's dashboard, by title.

    What a metric refers to stands there between two NUL characters.
    """
    (dashboard,) = stack.of("AWS::CloudWatch::Dashboard").values()
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else referred(part) for part in parts)
    shown = [one["properties"] for one in json.loads(text, strict=False)["widgets"]]
    return {one["title"]: one.get("metrics", [one.get("alarms")]) for one in shown}


def referred(part: Any) -> str:
    return f"{REF}{target(part)}{REF}"


def resources(metrics: list[Any]) -> set[str]:
    """The logical ids that metrics name as the value of a dimension."""
    return {text.strip(REF) for one in metrics for text in one if REF in str(text)}


def test_a_dashboard_is_named_after_environment_and_domain(stack: Template) -> None:
    (dashboard,) = stack.of("AWS::CloudWatch::Dashboard").values()
    assert dashboard["DashboardName"] == f"dev-{stack.domain}"


def test_a_dashboard_shows_the_state_of_every_alarm(stack: Template) -> None:
    shown = [alarms for title, alarms in widgets(stack).items() if title.startswith("Alarms")]
    assert all(len(alarms) <= 100 for (alarms,) in shown), "the most of a widget"
    assert set().union(*map(resources, shown)) == set(stack.of("AWS::CloudWatch::Alarm"))


def test_a_dashboard_shows_age_and_depth_of_every_queue_of_work(stack: Template) -> None:
    work = set(stack.of("AWS::SQS::Queue")) - dead_letter_queues(stack)
    shown = widgets(stack)
    assert resources(shown["Age of the oldest message (seconds)"]) == work
    assert resources(shown["Messages that wait"]) == work


def test_a_dashboard_shows_what_is_delayed_where_something_is(stack: Template) -> None:
    delaying = {id for id, queue in stack.of("AWS::SQS::Queue").items() if "DelaySeconds" in queue}
    shown = widgets(stack)["Messages that wait"]
    assert resources([one for one in shown if "ApproximateNumberOfMessagesDelayed" in one]) == (
        delaying
    )


def test_a_dashboard_shows_every_place_of_dead_letters(stack: Template) -> None:
    assert resources(widgets(stack)["Dead letters"]) == dead_letter_queues(stack)


def test_a_dashboard_shows_errors_throttles_and_duration_of_every_function(
    stack: Template,
) -> None:
    functions, shown = set(stack.of("AWS::Lambda::Function")), widgets(stack)
    for title in ("Errors of functions (Sum)", "Throttles of functions (Sum)"):
        assert resources(shown[title]) == functions
    assert resources(shown["Duration of functions (p99)"]) == functions


def test_a_dashboard_shows_failures_and_latency_of_every_api(stack: Template) -> None:
    apis, shown = set(stack.of("AWS::ApiGatewayV2::Api")), widgets(stack)
    for title in ("Answers with 5xx", "Latency (p99, ms)"):
        assert resources(shown.get(title, [])) == apis


def test_a_dashboard_finds_whatever_metrics_the_functions_write(stack: Template) -> None:
    services = {
        one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for one in stack.of("AWS::Lambda::Function").values()
    }
    for ((metric),) in widgets(stack)["Written by functions: business and outbox"]:
        expression = metric["expression"]
        assert expression.startswith("SEARCH('{Crossbus,service} service=(")
        assert all(f'"{service}"' in expression for service in services)
