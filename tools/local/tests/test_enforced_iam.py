"""With IAM enforced, each missing grant is noticed, and nothing is denied that AWS allows."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local import clients, deploy, instances, process
from local.tests.buses import THING_HAPPENED, bus_arn, create_queue, create_rule, policy
from local.tests.conftest import ALPHA, BETA, REGION, Aws, eventually, messages, stack
from local.tests.functions import create_function, printed

TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ORGANIZATION = "o-example"


@pytest.fixture(scope="module")
def enforcing_emulator() -> Iterator[instances.Emulator]:
    emulator = process.start(instances.free_port(), auth=True, organization=ORGANIZATION)
    yield emulator
    process.stop(emulator)


@pytest.fixture
def aws(enforcing_emulator: instances.Emulator) -> Aws:
    enforcing_emulator.reset()
    endpoint = enforcing_emulator.endpoint

    def client(service: str, account: str = ALPHA) -> Any:
        return clients.client(service, endpoint=endpoint, account=account, region=REGION)

    return client


def allow(service: str, action: str, resource: str = "*") -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": resource,
    }


def create_role(aws: Aws, *grants: dict[str, Any]) -> None:
    """The role `any`, with which `create_function` creates functions."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    aws("iam").create_role(RoleName="any", AssumeRolePolicyDocument=policy(trust))
    if grants:
        aws("iam").put_role_policy(
            RoleName="any", PolicyName="grants", PolicyDocument=policy(*grants)
        )


def grant(*actions: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


PUBLISHES = """
    import boto3
    sns = boto3.client("sns")
    def handle(event, context):
        return sns.publish(TopicArn=event["topic"], Message="m")["MessageId"]
"""


def create_encrypted_topic(aws: Aws, *statements: dict[str, Any]) -> str:
    root = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ALPHA}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    key = aws("kms").create_key(Policy=policy(root, *statements))["KeyMetadata"]["Arn"]
    attributes = {
        "KmsMasterKeyId": key,
        "Policy": policy(allow("events.amazonaws.com", "sns:Publish"), TLS_ONLY),
    }
    return str(aws("sns").create_topic(Name="topic", Attributes=attributes)["TopicArn"])


def undelivered_code(aws: Aws, target: str) -> str | None:
    """Puts an event for a target; the code with which it is a dead letter, or None."""
    aws("events").create_event_bus(Name="alpha")
    url, dead = create_queue(aws, "dead", Policy=policy(allow("events.amazonaws.com", "sqs:*")))
    create_rule(aws, "alpha", {"Arn": target, "DeadLetterConfig": {"Arn": dead}})
    entry = {**THING_HAPPENED, "EventBusName": "alpha"}
    assert aws("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    found = messages(aws("sqs"), url)
    return found[0]["MessageAttributes"]["ERROR_CODE"]["StringValue"] if found else None


def test_a_policy_that_demands_tls_denies_nothing(aws: Aws) -> None:
    url, _ = create_queue(aws, "queue", Policy=policy(TLS_ONLY))
    aws("sqs").send_message(QueueUrl=url, MessageBody="over loopback")
    assert len(messages(aws("sqs"), url)) == 1


def test_a_rule_delivers_to_a_queue_only_if_the_queues_policy_lets_it(aws: Aws) -> None:
    _, allowed = create_queue(
        aws, "allowed", Policy=policy(allow("events.amazonaws.com", "sqs:SendMessage"))
    )
    assert undelivered_code(aws, allowed) is None


def test_a_rule_cannot_deliver_to_a_queue_that_does_not_let_it(aws: Aws) -> None:
    _, denied = create_queue(aws, "denied", Policy=policy(TLS_ONLY))
    assert undelivered_code(aws, denied) == "NO_PERMISSIONS"


def test_a_rule_cannot_deliver_to_a_topic_whose_key_it_may_not_use(aws: Aws) -> None:
    assert undelivered_code(aws, create_encrypted_topic(aws)) == "NO_PERMISSIONS"


def test_a_rule_delivers_to_a_topic_whose_key_it_may_use(aws: Aws) -> None:
    use = allow("events.amazonaws.com", "kms:GenerateDataKey*")
    decrypt = allow("events.amazonaws.com", "kms:Decrypt")
    assert undelivered_code(aws, create_encrypted_topic(aws, use, decrypt)) is None


@pytest.mark.parametrize(
    ("grants", "succeeds"),
    [
        (("sns:Publish",), False),
        (("kms:GenerateDataKey", "kms:Decrypt"), False),
        (("sns:Publish", "kms:GenerateDataKey", "kms:Decrypt"), True),
    ],
)
def test_a_function_needs_the_topic_and_its_key_to_publish(
    aws: Aws, grants: tuple[str, ...], succeeds: bool
) -> None:
    create_role(aws, grant(*grants))
    topic = create_encrypted_topic(aws)
    create_function(aws, "publisher", PUBLISHES, Timeout=20)
    payload = json.dumps({"topic": topic})
    answer = aws("lambda").invoke(FunctionName="publisher", Payload=payload)
    assert ("FunctionError" not in answer) == succeeds, answer["Payload"].read()


def test_a_subscribed_queue_that_does_not_let_the_topic_send_leaves_a_dead_letter(
    aws: Aws,
) -> None:
    topic = aws("sns").create_topic(Name="topic")["TopicArn"]
    _, denied = create_queue(aws, "denied", Policy=policy(TLS_ONLY))
    url, dead = create_queue(aws, "dead", Policy=policy(allow("sns.amazonaws.com", "sqs:*")))
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead})}
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=denied, Attributes=redrive)
    aws("sns").publish(TopicArn=topic, Message="m")
    [message] = eventually(lambda: messages(aws("sqs"), url))
    assert message["MessageAttributes"]["ErrorCode"]["StringValue"] == "403"


@pytest.mark.parametrize(("action", "succeeds"), [("sqs:SendMessage", False), ("sqs:*", True)])
def test_a_mapping_needs_a_role_that_may_read_its_queue(
    aws: Aws, action: str, succeeds: bool
) -> None:
    create_role(aws, grant(action), grant("logs:*"))
    url, arn = create_queue(aws, "queue")
    create_function(aws, "reader", "def handle(event, context): print('read')")
    mapping = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"FunctionName": "reader", "EventSourceArn": arn},
    }
    endpoint = aws("sqs").meta.endpoint_url
    if not succeeds:
        with pytest.raises(deploy.DeployError, match="permission to call sqs:ReceiveMessage"):
            deploy.deploy([stack({"Mapping": mapping})], endpoint)
        return
    deploy.deploy([stack({"Mapping": mapping})], endpoint)
    aws("sqs").send_message(QueueUrl=url, MessageBody="m")
    eventually(lambda: "read" in printed(aws, "reader"))


def test_a_function_is_denied_what_its_role_does_not_grant(aws: Aws) -> None:
    create_role(aws, grant("sqs:SendMessage"))
    source = """
        import boto3
        sqs = boto3.client("sqs")
        def handle(event, context):
            return sqs.receive_message(QueueUrl=event["url"])["ResponseMetadata"]["HTTPStatusCode"]
    """
    url, _ = create_queue(aws, "queue")
    create_function(aws, "reader", source, Timeout=20)
    answer = aws("lambda").invoke(FunctionName="reader", Payload=json.dumps({"url": url}))
    assert "AccessDenied" in answer["Payload"].read().decode()


def test_an_account_cannot_read_another_accounts_queue(aws: Aws) -> None:
    url, _ = create_queue(aws, "queue")
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("sqs", "100000000002").receive_message(QueueUrl=url)


@pytest.mark.parametrize(("organization", "succeeds"), [(ORGANIZATION, True), ("o-another", False)])
def test_a_bus_takes_events_of_accounts_of_its_organization_only(
    aws: Aws, organization: str, succeeds: bool
) -> None:
    aws("events", BETA).create_event_bus(Name="beta")
    members = {
        "Sid": "members",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "events:PutEvents",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}},
    }
    aws("events", BETA).put_permission(EventBusName="beta", Policy=policy(members))
    entry = {**THING_HAPPENED, "EventBusName": bus_arn("beta", BETA)}
    if succeeds:
        assert aws("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    else:
        with pytest.raises(ClientError, match="not authorized"):
            aws("events").put_events(Entries=[entry])


def create_api(aws: Aws, function: str, **route: str) -> str:
    """An HTTP API with a route for a thing, which the function answers; returns its id."""
    apis = aws("apigatewayv2")
    api = str(apis.create_api(Name="api", ProtocolType="HTTP")["ApiId"])
    apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    integration = apis.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=function,
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    target = f"integrations/{integration}"
    apis.create_route(ApiId=api, RouteKey="GET /alpha/{id}", Target=target, **route)
    return api


def url_of_thing(aws: Aws, api: str) -> str:
    return f"{aws('sqs').meta.endpoint_url}/_aws/execute-api/{api}/$default/alpha/7"


@pytest.mark.parametrize(("permitted", "status"), [("GET/alpha/{id}", 202), ("GET/other", 500)])
def test_an_api_needs_the_functions_permission_for_its_route(
    aws: Aws, permitted: str, status: int
) -> None:
    create_role(aws, grant("logs:*"))
    function = create_function(aws, "f", "def handle(e, c): return {'statusCode': 202}")
    api = create_api(aws, function)
    aws("lambda").add_permission(
        FunctionName="f",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ALPHA}:{api}/*/{permitted}",
    )
    answer = httpx.get(url_of_thing(aws, api))
    assert answer.status_code == status


@pytest.mark.parametrize(("caller", "status"), [(ALPHA, 202), (BETA, 403)])
def test_an_api_with_iam_authorization_takes_callers_of_its_own_account_only(
    aws: Aws, caller: str, status: int
) -> None:
    create_role(aws, grant("logs:*"))
    function = create_function(aws, "f", "def handle(e, c): return {'statusCode': 202}")
    api = create_api(aws, function, AuthorizationType="AWS_IAM")
    aws("lambda").add_permission(
        FunctionName="f",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    url = url_of_thing(aws, api)
    request = AWSRequest("GET", url)
    SigV4Auth(Credentials(caller, clients.SECRET), "execute-api", REGION).add_auth(request)
    answer = httpx.get(url, headers=dict(request.headers))
    assert answer.status_code == status, answer.text


def test_a_batch_needs_the_grant_of_one_message_and_no_other(aws: Aws) -> None:
    url, arn = create_queue(aws, "batched")
    create_role(aws, {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn})
    source = f"""
        import boto3

        def handle(event, context):
            entries = [{{"Id": "1", "MessageBody": "one"}}, {{"Id": "2", "MessageBody": "two"}}]
            boto3.client("sqs").send_message_batch(QueueUrl="{url}", Entries=entries)
    """
    create_function(aws, "sender", source)
    aws("lambda").invoke(FunctionName="sender")
    assert sorted(m["Body"] for m in eventually(lambda: messages(aws("sqs"), url))) == [
        "one",
        "two",
    ]
