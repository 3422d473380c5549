"""Least privilege: named actions on named resources, and just those that the code uses.

What a function lacks, tests/flow/test_golden_events.py finds; here stands what it has too much.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name

from tests.synth import sources
from tests.synth.places import dead_letter_queues
from tests.synth.template import Template, listed, references, strings, target
from tests.synth.test_functions import deployed, module_file

WITHOUT_RESOURCES = {
    "xray:PutTraceSegments": "X-Ray has no resources to name.",
    "xray:PutTelemetryRecords": "X-Ray has no resources to name.",
    "dynamodb:ListStreams": "It lists, and takes no resource.",
}
"""The actions that may be allowed on every resource, and why."""

SAYS_FOR_WHOM = {
    "events.amazonaws.com": "aws:SourceAccount",
    "firehose.amazonaws.com": "sts:ExternalId",
}
"""The key in which a service that assumes a role says whose account it does so for.

A role with a condition on a key that its service does not fill in cannot be assumed at all.
https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateFirehoseStream.html
"""

IN_A_TRANSACTION = {
    "dynamodb:PutItem": "Put",
    "dynamodb:UpdateItem": "Update",
    "dynamodb:DeleteItem": "Delete",
    "dynamodb:ConditionCheckItem": "ConditionCheck",
}
"""Actions that a transaction takes for writes of this name.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

SESSION = botocore.session.get_session()
SERVICES = frozenset(SESSION.get_available_services())


@cache
def signs_as(service: str) -> str:
    """What the actions on a client's service begin with."""
    return str(SESSION.get_service_model(service).signing_name)


def allowed(stack: Template) -> list[dict[str, Any]]:
    """Every statement of a role that allows something."""
    return [
        statement
        for role in stack.of("AWS::IAM::Role")
        for statement in stack.role_statements(role)
        if statement["Effect"] == "Allow"
    ]


def granted(stack: Template, function: str) -> Iterator[tuple[str, str]]:
    """What a function may do for its own sake: each action, and the id of what it may do it with.

    It is without what Lambda does as the function: to log, to trace, to read an event source and to
    put aside what failed.
    """
    lambdas = for_lambda(stack, function)
    for statement in stack.function_statements(function):
        for resource in listed(statement["Resource"]):
            if resource not in (*lambdas, "*"):
                for action in listed(statement["Action"]):
                    if not action.startswith("logs:"):
                        yield action, _owner(resource)


def for_lambda(stack: Template, function: str) -> list[Any]:
    """The ARNs of what Lambda reads for a function, and of where it puts aside what failed."""
    mappings = [
        mapping
        for mapping in stack.of("AWS::Lambda::EventSourceMapping").values()
        if stack.invoked(mapping["FunctionName"]) == function
    ]
    return [mapping["EventSourceArn"] for mapping in mappings] + [
        mapping["DestinationConfig"]["OnFailure"]["Destination"]
        for mapping in mappings
        if "DestinationConfig" in mapping
    ]


def _owner(resource: Any) -> str:
    """The logical id of what a statement's resource is, or is a part of."""
    if isinstance(resource, dict) and "Fn::Join" in resource:
        return _owner(resource["Fn::Join"][1][0])
    return target(resource)


def test_no_action_is_a_pattern(stack: Template) -> None:
    for statement in allowed(stack):
        for action in listed(statement["Action"]):
            assert "*" not in action, statement


def test_a_grant_on_every_resource_is_of_an_action_that_takes_no_other(stack: Template) -> None:
    for statement in allowed(stack):
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= WITHOUT_RESOURCES.keys(), statement


def test_a_role_allows_nothing_by_leaving_out_what_is_meant(stack: Template) -> None:
    for statement in allowed(stack):
        assert statement.keys() >= {"Action", "Resource"}, statement
        assert not statement.keys() & {"NotAction", "NotResource"}, statement


def test_no_role_has_a_managed_policy(stack: Template) -> None:
    assert stack.of("AWS::IAM::ManagedPolicy") == {}
    for role in stack.of("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role


def test_a_role_is_for_one_service_and_one_function(stack: Template) -> None:
    for role in stack.of("AWS::IAM::Role").values():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Action"] == "sts:AssumeRole"
        assert set(trust["Principal"]) == {"Service"}
    roles = [target(one["Role"]) for one in stack.of("AWS::Lambda::Function").values()]
    assert len(roles) == len(set(roles))


def test_a_service_assumes_a_role_for_the_account_alone_where_it_says_for_whom(
    stack: Template,
) -> None:
    for role in stack.of("AWS::IAM::Role").values():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        key = SAYS_FOR_WHOM.get(trust["Principal"]["Service"])
        assert trust.get("Condition") == ({"StringEquals": {key: stack.account}} if key else None)


def test_a_function_may_do_nothing_that_its_code_does_not_do(stack: Template) -> None:
    for id, module in deployed(stack).items():
        reached = sources.names_reached(stack.code(id), module)
        for action, resource in granted(stack, id):
            if resource not in stack.of("AWS::KMS::Key"):
                assert calls(action, reached), f"{module} may {action}, and never does"


def calls(action: str, reached: set[str]) -> bool:
    """Whether code in which these names stand may do an action: with a client, by its method."""
    service, _, operation = action.partition(":")
    method = xform_name(operation)
    # IAM has no actions for batches of SQS and SNS.
    methods = {method, f"{method}_batch", IN_A_TRANSACTION.get(action)}
    has_client = any(signs_as(name) == service for name in reached & SERVICES)
    return has_client and bool(reached & methods)


def test_a_function_may_use_the_service_of_every_client_that_it_makes(stack: Template) -> None:
    for id, module in deployed(stack).items():
        services = {action.partition(":")[0] for action, _ in granted(stack, id)}
        for service in sources.clients_made(module_file(stack, id)):
            assert signs_as(service) in services, f"{module} has a client of {service}"


def test_a_function_uses_a_key_only_where_it_publishes_on_a_topic_that_the_key_encrypts(
    stack: Template,
) -> None:
    for id in deployed(stack):
        mine = list(granted(stack, id))
        published = {resource for action, resource in mine if action == "sns:Publish"}
        keys = {target(stack.of("AWS::SNS::Topic")[one]["KmsMasterKeyId"]) for one in published}
        used = {
            (action, resource) for action, resource in mine if resource in stack.of("AWS::KMS::Key")
        }
        assert used == {
            (action, key) for key in keys for action in ("kms:GenerateDataKey", "kms:Decrypt")
        }


def test_a_function_finds_what_it_may_use_in_its_environment(stack: Template) -> None:
    """It may also find the queues that it reads, and the one where its failures are put."""
    for id, function in stack.of("AWS::Lambda::Function").items():
        named = references(function["Environment"]["Variables"])
        used = {resource for _, resource in granted(stack, id)} - set(stack.of("AWS::KMS::Key"))
        # Of another account it finds the ARN.
        texts = "".join(strings(function["Environment"]["Variables"]))
        assert {one for one in used if one not in texts} <= named
        assert named - used <= {target(arn) for arn in for_lambda(stack, id)}


def test_a_consumer_may_set_aside_in_the_dead_letters_of_each_queue_and_stream_that_it_reads(
    stack: Template,
) -> None:
    """And nowhere else; it finds both in QUEUES. A sweep sets nothing aside: it has no messages."""
    queues, dead = stack.of("AWS::SQS::Queue"), dead_letter_queues(stack)
    for id, function in stack.of("AWS::Lambda::Function").items():
        if "QUEUES" not in function["Environment"]["Variables"]:
            continue
        own = {}
        for mapping in stack.of("AWS::Lambda::EventSourceMapping").values():
            if stack.invoked(mapping["FunctionName"]) == id:
                source = target(mapping["EventSourceArn"])
                place = (
                    queues[source]["RedrivePolicy"]["deadLetterTargetArn"]
                    if source in queues
                    else mapping["DestinationConfig"]["OnFailure"]["Destination"]
                )
                own[source] = target(place)
        sends = {
            target(resource)
            for statement in stack.function_statements(id)
            if "sqs:SendMessage" in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        }
        assert sends & dead == set(own.values())
        assert references(function["Environment"]["Variables"]["QUEUES"]) == {*own, *own.values()}


def test_a_function_may_put_only_events_of_its_own_domain_on_its_own_bus_or_a_consumers(
    stack: Template,
) -> None:
    """A consumer's for the redelivery of what a rule forwards there."""
    buses = {
        "redelivery": {
            to["Arn"]
            for rule in stack.of("AWS::Events::Rule").values()
            for to in rule["Targets"]
            if isinstance(to["Arn"], str) and ":event-bus/" in to["Arn"]
        }
    }
    putting = [
        (module, statement)
        for id, module in deployed(stack).items()
        for statement in stack.function_statements(id)
        if "events:PutEvents" in listed(statement["Action"])
    ]
    sources = {source for source, _ in stack.events("publishes")}
    assert bool(putting) == bool(sources)
    for module, statement in putting:
        to = {target(one) for one in listed(statement["Resource"])}
        assert to <= buses.get(module.rpartition(".")[2], {stack.bus})
        assert statement["Condition"] == {"StringEquals": {"events:source": only(sources)}}


def only(values: set[str]) -> str:
    """The only one of them. ValueError if there are more, or none."""
    (one,) = values
    return one


def test_a_function_writes_no_log_but_its_own_and_redelivery_one_stream_of_the_audit_log(
    stack: Template,
) -> None:
    audit = f"log-group:/aws/events/{stack.domain}:log-stream:redelivered"
    for id, function in stack.of("AWS::Lambda::Function").items():
        own = {target(function["LoggingConfig"]["LogGroup"])}
        if function["Handler"] == "eventing.redelivery.handler":
            own |= {f"arn:aws:logs:{stack.region}:{stack.account}:{audit}"}
        logs = {
            target(resource)
            for statement in stack.function_statements(id)
            if any(action.startswith("logs:") for action in listed(statement["Action"]))
            for resource in listed(statement["Resource"])
        }
        assert logs == own
