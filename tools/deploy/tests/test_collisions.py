"""Names that would be taken twice are said before a deploy."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from deploy.collisions import collisions
from deploy.lookups import already_there
from routes.tests.domains import REGION, Made, Templates, domains, resource


def with_queue(logical_id: str, *, policy: str | None = None, **properties: Any) -> Templates:
    """A shop with one more queue."""
    templates = domains("shop")
    queue = resource("SQS::Queue", QueueName="parcels", **properties)
    templates["shop"]["Resources"][logical_id] = {
        **queue,
        **({"DeletionPolicy": policy} if policy else {}),
    }
    return templates


def test_a_name_that_moves_to_another_logical_id_collides(made: Made) -> None:
    (found,) = collisions(made(with_queue("Old")), made(with_queue("New")))

    assert "its name moves from app-shop/Old to app-shop/New" in found.why
    assert "keep the logical id" in found.do


def test_a_retained_resource_whose_name_moves_is_to_be_imported(made: Made) -> None:
    old = made(with_queue("Old", policy="Retain"))

    (found,) = collisions(old, made(with_queue("New", policy="Retain")))

    assert "cdk import" in found.do


def test_a_retained_resource_that_leaves_is_a_note(made: Made) -> None:
    (found,) = collisions(made(with_queue("Old", policy="Retain")), made(domains("shop")))

    assert found.is_note
    assert "stays in the account" in found.why


def test_a_named_resource_that_must_be_replaced_collides_with_itself(made: Made) -> None:
    old, new = made(with_queue("Queue")), made(with_queue("Queue", FifoQueue=True))

    (found,) = collisions(old, new)

    assert "a change of FifoQueue replaces app-shop/Queue" in found.why


def test_two_resources_of_one_name_in_one_account_collide(made: Made) -> None:
    templates = with_queue("One")
    templates["shop"]["Resources"]["Two"] = resource("SQS::Queue", QueueName="parcels")

    (found,) = collisions(made({}), made(templates))

    assert "app-shop/One, app-shop/Two all have this name" in found.why


@pytest.mark.parametrize("group", ["two", "one"])
def test_a_name_counts_within_what_it_is_in(made: Made, group: str) -> None:
    templates = domains("shop")
    templates["shop"]["Resources"] |= {
        "One": resource("Logs::LogStream", LogGroupName="one", LogStreamName="late"),
        "Two": resource("Logs::LogStream", LogGroupName=group, LogStreamName="late"),
    }

    found = [str(each.identity) for each in collisions(made({}), made(templates))]

    assert found == (["AWS::Logs::LogStream late of one"] if group == "one" else [])


def test_what_keeps_its_place_does_not_collide(made: Made) -> None:
    old, new = made(with_queue("Queue")), made(with_queue("Queue", VisibilityTimeout=60))

    assert collisions(old, new) == []


class Moto:
    """The one account that moto has."""

    is_local = True
    where = "moto"

    def client(self, service: str, account: str, region: str) -> Any:
        del account
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]

    def environment(self, account: str, region: str) -> dict[str, str]:
        raise NotImplementedError(f"{account} {region}")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield Moto()


def test_a_queue_that_the_account_has_and_no_stack_is_said_before_a_deploy(
    made: Made, aws: Moto
) -> None:
    aws.client("sqs", "", REGION).create_queue(QueueName="parcels")

    (found,) = already_there(made({}), made(with_queue("Queue")), aws)

    assert "AWS::SQS::Queue parcels" in str(found)
    assert "import it" in found.do


def test_a_queue_of_the_stack_itself_is_no_collision(made: Made, aws: Moto) -> None:
    aws.client("sqs", "", REGION).create_queue(QueueName="parcels")
    present = made(with_queue("Queue"))

    assert not already_there(present, made(with_queue("Queue")), aws)


@pytest.mark.parametrize("is_local", [True, False])
def test_a_service_without_an_api_here_has_nothing_and_on_aws_is_an_error(
    made: Made, *, is_local: bool
) -> None:
    class WithoutApi:
        """An account whose answer to a question is that it has no such API."""

        where = "nowhere"

        def __init__(self) -> None:
            self.is_local = is_local

        def client(self, service: str, account: str, region: str) -> Any:
            del service, account, region
            return self

        def environment(self, account: str, region: str) -> dict[str, str]:
            raise NotImplementedError(f"{account} {region}")

        def __getattr__(self, operation: str) -> Any:
            def refused(**_: str) -> None:
                raise ClientError({"Error": {"Code": "400"}}, operation)

            return refused

    new = made(with_queue("Queue"))
    if is_local:
        assert not already_there(made({}), new, WithoutApi())
    else:
        with pytest.raises(ClientError):
            already_there(made({}), new, WithoutApi())
