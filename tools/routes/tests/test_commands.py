"""The commands, as a person or a CI job calls them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from routes.__main__ import app
from routes.tests import domains, sample

DEAF = {"source": ["deaf"]}


@pytest.fixture
def assembly_folder(tmp_path: Path) -> str:
    return str(sample.write_assembly(tmp_path / "cdk.out", sample.shop()))


@pytest.fixture
def events(tmp_path: Path) -> str:
    return str(sample.write_events(tmp_path / "events"))


def broken(tmp_path: Path) -> str:
    templates = sample.shop()
    templates["Shop"]["Resources"]["Forward"]["Properties"]["EventPattern"] = DEAF
    return str(sample.write_assembly(tmp_path / "broken.out", templates))


def called(*arguments: str) -> Result:
    # Wide enough that no message is broken.
    return CliRunner(env={"COLUMNS": "400"}).invoke(app, arguments)


def words(shown: Result) -> str:
    """What was printed, without the box that errors come in."""
    return " ".join(shown.output.replace("│", " ").split())


def parsed(*arguments: str) -> Any:
    return json.loads(called(*arguments).stdout)


def test_list_shows_each_hop_to_the_consumer(assembly_folder: str, events: str) -> None:
    shown = called("list", assembly_folder, "--events", events)
    assert shown.exit_code == 0
    for part in ("shop · ItemSold", "bus billing", "200000000002", "queue Eu", "function Bill"):
        assert part in shown.stdout


def test_list_as_json_names_consumers(assembly_folder: str, events: str) -> None:
    ways = parsed("list", assembly_folder, "--events", events, "--json")
    (way,) = [each for each in ways if each["source"] == "shop"]
    assert [arn.rsplit(":", 1)[-1] for arn in way["consumers"]] == [
        "Billing-Bill",
        "Billing-Number",
        "Billing-Async",
        "Billing-Keep",
    ]


def test_list_without_events_reads_them_from_the_rules(assembly_folder: str) -> None:
    ways = parsed("list", assembly_folder, "--json")
    found = {(way["source"], way["detail-type"]) for way in ways}
    assert found == {("shop", "ItemSold"), ("alarm", "LettersAlarm"), ("alarm", "4 alarms")}


def test_explain_prints_the_way_of_an_event(assembly_folder: str, events: str) -> None:
    shown = called("explain", f"{events}/1.json", assembly_folder)
    assert shown.exit_code == 0
    assert "detail.location is" in shown.stdout
    assert "consumers: function Bill, function Number, function Async" in shown.stdout


def test_explain_as_json_says_what_was_wanted(assembly_folder: str, events: str) -> None:
    (journey,) = parsed(
        "explain", f"{events}/1.json", assembly_folder, "--bus", "billing", "--json"
    )
    (to_topic,) = [step for step in journey["steps"] if step["logicalId"] == "ToTopic"]
    misses = [each["misses"] for each in to_topic["steps"] if each["outcome"] == "no match"]
    assert misses == [
        [
            {
                "path": "detail.location",
                "value": '"eu-west"',
                "wanted": 'prefix "us-"',
                "didYouMean": None,
            }
        ]
    ]


def test_explain_of_an_unknown_bus_names_those_there_are(assembly_folder: str, events: str) -> None:
    shown = called("explain", f"{events}/1.json", assembly_folder, "--bus", "bills")
    assert shown.exit_code == 2
    assert "billing, shop" in words(shown)


def test_explain_of_half_an_event_says_what_is_missing(
    assembly_folder: str, tmp_path: Path
) -> None:
    (tmp_path / "half.json").write_text('{"source": "shop"}')
    shown = called("explain", str(tmp_path / "half.json"), assembly_folder)
    assert shown.exit_code == 2
    assert "detail-type is missing" in words(shown)


def test_check_of_a_healthy_assembly_exits_with_0(assembly_folder: str, events: str) -> None:
    assert called("check", assembly_folder, "--events", events).exit_code == 0


def test_check_of_an_error_exits_with_1_and_names_code_and_place(
    tmp_path: Path, events: str
) -> None:
    shown = called("check", broken(tmp_path), "--events", events)
    assert shown.exit_code == 1
    assert "R101 error" in shown.stdout
    assert "Shop/Bus" in shown.stdout


def test_check_says_what_it_leaves_out(assembly_folder: str) -> None:
    assert "left out: R101, R104: no examples" in called("check", assembly_folder).stdout


def test_check_as_sarif_gives_rules_and_places(tmp_path: Path, events: str) -> None:
    report = parsed("check", broken(tmp_path), "--events", events, "--sarif")
    (run,) = report["runs"]
    assert report["version"] == "2.1.0"
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= known
    (first, *_) = run["results"]
    assert first["level"] == "error"
    place = first["locations"][0]
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "Shop/Bus"
    assert place["physicalLocation"]["artifactLocation"]["uri"].endswith("Shop.template.json")


def test_check_as_json_tells_how_to_mend(tmp_path: Path, events: str) -> None:
    report = parsed("check", broken(tmp_path), "--events", events, "--json")
    assert all(each["mend"] and each["message"] for each in report["findings"])


def test_diff_of_equal_assemblies_finds_nothing(assembly_folder: str, events: str) -> None:
    shown = parsed("diff", assembly_folder, assembly_folder, "--events", events, "--json")
    assert shown["changes"] == shown["order"]["steps"] == []


def test_diff_names_the_consumers_that_an_event_loses(
    assembly_folder: str, tmp_path: Path, events: str
) -> None:
    shown = parsed("diff", assembly_folder, broken(tmp_path), "--events", events, "--json")
    lost = shown["changes"]
    assert {change["change"] for change in lost} == {"loses"}
    assert "200000000002 function Async" in {change["consumer"].split(" (")[0] for change in lost}


def test_diff_names_the_examples_that_a_consumer_loses(tmp_path: Path, events: str) -> None:
    old = sample.write_assembly(tmp_path / "old.out", sample.shop())
    templates = sample.shop()
    policy = {"detail": {"location": ["eu-east"]}}
    templates["Billing"]["Resources"]["EuSubscription"]["Properties"]["FilterPolicy"] = policy
    new = sample.write_assembly(tmp_path / "new.out", templates)
    (change,) = parsed("diff", str(old), str(new), "--events", events, "--json")["changes"]
    assert (change["change"], change["examples"]) == ("loses", ["1.json"])
    assert "queue Eu" in change["consumer"]


def test_diff_says_in_which_order_to_deploy_and_why(tmp_path: Path) -> None:
    old = str(domains.write(tmp_path / "old.out", domains.domains()))
    templates = domains.observes(domains.domains(), "billing", "shop", "Sold")
    new = str(domains.write(tmp_path / "new.out", templates))

    shown = called("diff", old, new).output

    assert "shop · Sold" in shown
    assert "1. update app-billing" in shown
    assert "which does not admit it yet" in shown
    steps = parsed("diff", old, new, "--json")["order"]["steps"]
    assert [step["stack"] for step in steps] == ["app-billing", "app-shop"]


def test_a_drawing_has_accounts_filters_and_dead_letters(
    assembly_folder: str, tmp_path: Path
) -> None:
    output = tmp_path / "routes.svg"
    assert (
        called("diagram", assembly_folder, "--format", "svg", "--output", str(output)).exit_code
        == 0
    )
    drawn = output.read_text()
    for part in ("Shop · 100000000001", "Billing · 200000000002", "location: prefix us-"):
        assert part in drawn
    assert "✕ Billing-TopicLetters" in drawn


def test_a_folder_that_is_no_assembly_is_refused(tmp_path: Path) -> None:
    shown = called("list", str(tmp_path))
    assert shown.exit_code == 2
    assert "manifest.json is missing" in words(shown)


def test_a_folder_without_events_is_refused(assembly_folder: str, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    shown = called("check", assembly_folder, "--events", str(tmp_path / "none"))
    assert shown.exit_code == 2
    assert "none holds no event" in words(shown)


def test_the_examples_in_an_assembly_are_what_it_is_proven_with(assembly_folder: str) -> None:
    sample.write_events(Path(assembly_folder) / "examples")
    assert "2 examples: 0 errors" in called("check", assembly_folder).stdout


def test_a_wrong_declaration_is_refused_by_name(tmp_path: Path) -> None:
    templates = sample.declare(sample.shop())
    templates["Shop"]["Metadata"]["crossbus"]["publishes"] = [{"source": "shop"}]
    folder = sample.write_assembly(tmp_path / "cdk.out", templates)
    shown = called("check", str(folder))
    assert shown.exit_code == 2
    assert "crossbus.publishes[].detail-type must be a text, it is None" in words(shown)


def test_docs_writes_each_part_of_a_document(assembly_folder: str, tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text("a\n<!-- routes: diagram -->\nstale\n<!-- routes: end -->\nb\n")
    assert called("docs", str(document), "--assembly", assembly_folder).exit_code == 0
    text = document.read_text()
    assert text.startswith("a\n<!-- routes: diagram -->\n```mermaid\nflowchart LR")
    assert text.endswith("```\n<!-- routes: end -->\nb\n")
    assert "stale" not in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nothing", "it has no part to write"),
        (
            "<!-- routes: all -->\n<!-- routes: end -->",
            "it has a part 'all', expected one of codes",
        ),
    ],
)
def test_docs_refuses_a_document_without_a_known_part(
    assembly_folder: str, tmp_path: Path, text: str, told: str
) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text("<!-- routes: diagram -->\n<!-- routes: end -->")
    bad.write_text(text)
    shown = called("docs", str(good), str(bad), "--assembly", assembly_folder)
    assert shown.exit_code == 2
    assert told in words(shown)
    assert "mermaid" not in good.read_text()


def test_a_baseline_accepts_what_is_known_and_fails_on_what_is_new(
    tmp_path: Path, events: str
) -> None:
    known = str(tmp_path / "baseline.json")
    folder = broken(tmp_path)
    assert called("check", folder, "--events", events, "--write-baseline", known).exit_code == 0
    assert called("check", folder, "--events", events, "--baseline", known).exit_code == 0
    del (accepted := json.loads(Path(known).read_text()))[0]
    Path(known).write_text(json.dumps(accepted))
    assert called("check", folder, "--events", events, "--baseline", known).exit_code == 1


def test_what_a_baseline_accepts_and_is_gone_is_said(
    assembly_folder: str, tmp_path: Path, events: str
) -> None:
    known = tmp_path / "baseline.json"
    known.write_text('[{"code": "R101", "place": "Shop/Bus", "message": "once"}]')
    shown = called("check", assembly_folder, "--events", events, "--baseline", str(known))
    assert shown.exit_code == 0
    assert "is found no more" in shown.stdout


def test_a_configuration_makes_a_code_lighter_or_off(tmp_path: Path, events: str) -> None:
    folder = broken(tmp_path)
    found = parsed("check", folder, "--events", events, "--json")["findings"]
    codes = {each["code"] for each in found if each["severity"] == "error"}
    config = tmp_path / "routes.toml"
    config.write_text("[severity]\n" + "".join(f'{code} = "note"\n' for code in codes))
    assert called("check", folder, "--events", events, "--config", str(config)).exit_code == 0
    config.write_text("[severity]\n" + "".join(f'{code} = "off"\n' for code in codes))
    left = parsed("check", folder, "--events", events, "--config", str(config), "--json")
    assert not codes & {each["code"] for each in left["findings"]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[severity]\nX999 = "off"', "severity.X999: there is no such code"),
        ('[severity]\nD401 = "fatal"', "severity.D401 is 'fatal', expected one of error, warning"),
        ("[codes]", "expected one table, [severity], found codes"),
    ],
)
def test_a_wrong_configuration_is_refused_by_name(
    assembly_folder: str, tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "routes.toml").write_text(text)
    shown = called("check", assembly_folder, "--config", str(tmp_path / "routes.toml"))
    assert shown.exit_code == 2
    assert told in words(shown)


def test_a_warning_fails_the_check_where_it_is_asked_to(tmp_path: Path) -> None:
    templates = sample.shop()
    del templates["Billing"]["Resources"]["UsSubscription"]["Properties"]["RedrivePolicy"]
    folder = str(sample.write_assembly(tmp_path / "cdk.out", templates))
    assert called("check", folder).exit_code == 0
    assert called("check", folder, "--fail-on", "warning").exit_code == 1


def test_sarif_gives_the_line_of_the_resource(tmp_path: Path) -> None:
    templates = sample.shop()
    del templates["Billing"]["Resources"]["UsSubscription"]["Properties"]["RedrivePolicy"]
    folder = sample.write_assembly(tmp_path / "cdk.out", templates)
    file = folder / "Billing.template.json"
    file.write_text(json.dumps(templates["Billing"], indent=1))
    (run,) = parsed("check", str(folder), "--sarif")["runs"]
    (line,) = {
        result["locations"][0]["physicalLocation"]["region"]["startLine"]
        for result in run["results"]
        if result["locations"][0]["logicalLocations"][0]["name"] == "UsSubscription"
    }
    assert '"UsSubscription": {' in file.read_text().splitlines()[line - 1]
