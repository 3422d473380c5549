"""Functions: their code, their event sources, and what may call them."""

import json
import re
import shutil
from pathlib import Path

import pytest

from stacks import dependencies
from stacks.building_blocks import domain_code
from tests.synth import sources
from tests.synth.conftest import Templates
from tests.synth.places import queue_mappings
from tests.synth.template import Template, target

RUNTIME = "eventing"


def deployed(stack: Template) -> dict[str, str]:
    """The handler module of each function, such as `orders.get_order`."""
    functions = stack.of("AWS::Lambda::Function").items()
    return {id: function["Handler"].rpartition(".")[0] for id, function in functions}


def module_file(stack: Template, function: str) -> Path:
    """The file of a function's handler, in the asset that is its code."""
    return stack.code(function) / f"{deployed(stack)[function].replace('.', '/')}.py"


def test_the_handler_of_every_function_is_in_its_asset(stack: Template) -> None:
    for id, function in stack.of("AWS::Lambda::Function").items():
        file, attribute = module_file(stack, id), function["Handler"].rpartition(".")[2]
        assert file.is_file(), function["Handler"]
        assert sources.has(file, attribute), function["Handler"]


def test_lambda_may_read_the_code_also_where_who_checked_it_out_lets_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("lambdas", "contracts"):
        shutil.copytree(dependencies.ROOT / name, tmp_path / "sources" / name)
    for path in tmp_path.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    monkeypatch.setattr(domain_code, "ROOT", tmp_path / "sources")
    domain_code.collect(tmp_path / "code", "orders", ["orders"])
    collected = list((tmp_path / "code").rglob("*"))
    assert tmp_path / "code" / "orders" / "place_order.py" in collected
    for path in collected:
        wanted = 0o555 if path.is_dir() else 0o444
        assert path.stat().st_mode & wanted == wanted, path


def test_every_handler_of_a_domain_is_deployed_once_and_nothing_else_is(stack: Template) -> None:
    lambdas = stack.sources / "lambdas"
    own = sources.handler_modules(lambdas / stack.package)
    runtime = {f"{RUNTIME}.{name}" for name in sources.handler_modules(lambdas / RUNTIME)}
    modules = list(deployed(stack).values())
    of_the_domain = sorted(name for name in modules if name not in runtime)
    assert of_the_domain == sorted(f"{stack.package}.{name}" for name in own)


def test_every_folder_of_lambdas_is_a_domains_or_the_runtime(every_app: Templates) -> None:
    (root,) = {stack.sources for stack in every_app.values()}
    folders = {path.parent.name for path in (root / "lambdas").glob("*/*.py")}
    assert folders == {stack.package for stack in every_app.values()} | {RUNTIME}


def test_a_function_is_traced_and_runs_on_arm_with_the_layer_of_packages(stack: Template) -> None:
    (layer,) = stack.of("AWS::Lambda::LayerVersion")
    for function in stack.of("AWS::Lambda::Function").values():
        assert function["Architectures"] == ["arm64"]
        assert function["Runtime"] == "python3.14"
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert [target(one) for one in function["Layers"]] == [layer]


def test_a_function_has_a_log_group_of_its_own_that_keeps_a_month(stack: Template) -> None:
    groups = stack.of("AWS::Logs::LogGroup")
    used = []
    for function in stack.of("AWS::Lambda::Function").values():
        group = target(function["LoggingConfig"]["LogGroup"])
        assert groups[group]["RetentionInDays"] == 30
        used.append(group)
    assert len(used) == len(set(used))


def test_a_function_names_its_domain_and_itself_in_its_logs(stack: Template) -> None:
    services = []
    for id, function in stack.of("AWS::Lambda::Function").items():
        service = function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        domain, _, name = service.partition(".")
        assert domain == stack.domain
        module = deployed(stack)[id]
        if module.startswith(f"{stack.package}."):
            assert name == module.partition(".")[2]
        services.append(service)
    assert sorted(set(services)) == sorted(services)


def test_every_event_source_takes_partial_batch_responses(stack: Template) -> None:
    for mapping in stack.of("AWS::Lambda::EventSourceMapping").values():
        if mapping["BatchSize"] > 1:
            assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_function_is_invoked_by_its_alias_live_and_by_nothing_else(stack: Template) -> None:
    functions = set(stack.of("AWS::Lambda::Function"))
    for type in ("AWS::Lambda::EventSourceMapping", "AWS::Lambda::Permission"):
        for one in stack.of(type).values():
            assert stack.invoked(one["FunctionName"]) in functions
    for integration in stack.of("AWS::ApiGatewayV2::Integration").values():
        assert stack.invoked(integration["IntegrationUri"]) in functions


def test_every_function_has_one_alias_of_its_newest_version(stack: Template) -> None:
    versions = stack.of("AWS::Lambda::Version")
    aliases = list(stack.of("AWS::Lambda::Alias").values())
    for alias in aliases:
        assert alias["Name"] == "live"
        version = versions[target(alias["FunctionVersion"])]
        assert version["FunctionName"] == alias["FunctionName"]
    owners = sorted(target(alias["FunctionName"]) for alias in aliases)
    assert owners == sorted(stack.of("AWS::Lambda::Function"))


def test_every_function_is_invoked_by_something(stack: Template) -> None:
    invoked = {
        stack.invoked(one["FunctionName"])
        for type in ("AWS::Lambda::EventSourceMapping", "AWS::Lambda::Permission")
        for one in stack.of(type).values()
    }
    assert invoked == set(stack.of("AWS::Lambda::Function"))


def test_a_queue_hides_a_message_for_six_times_its_functions_timeout(stack: Template) -> None:
    queues, functions = stack.of("AWS::SQS::Queue"), stack.of("AWS::Lambda::Function")
    for mapping in queue_mappings(stack).values():
        timeout = functions[stack.invoked(mapping["FunctionName"])]["Timeout"]
        assert queues[target(mapping["EventSourceArn"])]["VisibilityTimeout"] >= 6 * timeout


def test_the_publisher_takes_only_new_events_of_the_outbox(stack: Template) -> None:
    for mapping in stack.of("AWS::Lambda::EventSourceMapping").values():
        if deployed(stack)[stack.invoked(mapping["FunctionName"])] == f"{RUNTIME}.publisher":
            (criterion,) = mapping["FilterCriteria"]["Filters"]
            assert json.loads(criterion["Pattern"]) == {"eventName": ["INSERT"]}
            table = stack.of("AWS::DynamoDB::Table")[target(mapping["EventSourceArn"])]
            assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_the_outbox_is_a_table_that_the_template_names_and_the_publisher_reads(
    stack: Template,
) -> None:
    read = {
        target(mapping["EventSourceArn"])
        for mapping in stack.of("AWS::Lambda::EventSourceMapping").values()
        if deployed(stack)[stack.invoked(mapping["FunctionName"])] == f"{RUNTIME}.publisher"
    }
    if not stack.said["publishes"]:
        assert read == set()
        assert "outbox" not in stack.said
        return
    assert read == {stack.said["outbox"]["table"]}
    assert {"Ref": stack.said["outbox"]["table"]} == stack.body["Outputs"]["OutboxName"]["Value"]


def test_a_sweep_runs_each_minute_one_at_a_time(stack: Template) -> None:
    queues, swept_by = stack.of("AWS::SQS::Queue"), {}
    for rule in stack.of("AWS::Events::Rule").values():
        if "ScheduleExpression" not in rule:
            continue
        assert rule["ScheduleExpression"] == "rate(1 minute)"
        (to,) = rule["Targets"]
        (mapping,) = [
            one for one in queue_mappings(stack).values() if one["EventSourceArn"] == to["Arn"]
        ]
        assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (1, {"MaximumConcurrency": 2})
        module = deployed(stack)[stack.invoked(mapping["FunctionName"])]
        swept_by[queues[target(to["Arn"])]["QueueName"]] = module
    assert all(name.endswith("-sweep") for name in swept_by)
    sweeper = swept_by.get(f"{stack.domain}-sweep")
    assert sweeper == (f"{RUNTIME}.sweeper" if stack.said["publishes"] else None)


def test_every_route_of_an_api_takes_only_aws_identities(stack: Template) -> None:
    for route in stack.of("AWS::ApiGatewayV2::Route").values():
        assert route["AuthorizationType"] == "AWS_IAM"


def test_only_its_own_route_may_invoke_a_function_of_an_api(stack: Template) -> None:
    integrations = stack.of("AWS::ApiGatewayV2::Integration")
    needed = set()
    for route in stack.of("AWS::ApiGatewayV2::Route").values():
        integration = integrations[target(route["Target"]["Fn::Join"][1][-1])]
        path = route["RouteKey"].partition(" ")[2]
        needed.add((target(route["ApiId"]), path, stack.invoked(integration["IntegrationUri"])))
    allowed = set()
    for permission in stack.of("AWS::Lambda::Permission").values():
        if permission["Principal"] == "apigateway.amazonaws.com":
            _, api, path = permission["SourceArn"]["Fn::Join"][1]
            function = stack.invoked(permission["FunctionName"])
            allowed.add((target(api), path.removeprefix("/*/*"), function))
    assert allowed == needed


def test_an_api_is_throttled_and_logs_each_request_without_its_body(stack: Template) -> None:
    stages = stack.of("AWS::ApiGatewayV2::Stage").values()
    assert len(stages) == len(stack.of("AWS::ApiGatewayV2::Api"))
    for stage in stages:
        assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
        logged = json.loads(stage["AccessLogSettings"]["Format"])
        assert {"requestId", "caller", "status"} <= set(logged)
        assert "body" not in stage["AccessLogSettings"]["Format"].lower()


def test_a_template_shows_a_request_for_every_route_of_its_api(stack: Template) -> None:
    routes = [one["RouteKey"] for one in stack.of("AWS::ApiGatewayV2::Route").values()]
    shown = [f"{request['method']} {request['path']}" for request in stack.said["requests"]]
    patterns = [re.sub(r"\\{\w+\\}", r"[^/{}]+", re.escape(route)) for route in routes]
    assert all(any(re.fullmatch(pattern, one) for one in shown) for pattern in patterns)
    assert len(shown) == len(routes)
