"""Stacks are created, updated and deleted, and a failure names the resource and the reason."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local import deploy
from local.assembly import Asset
from local.instances import Emulator
from local.tests.conftest import ALPHA, BETA, Aws, Deploy, stack

TOPIC = {"Type": "AWS::SNS::Topic"}
UNKNOWN_BUS: dict[str, Any] = {
    "Type": "AWS::Events::EventBusPolicy",
    "Properties": {"EventBusName": "nowhere", "StatementId": "s", "Statement": {}},
}


def test_each_stack_is_in_its_own_account(aws: Aws, deploy_template: Deploy) -> None:
    deploy_template({"Topic": TOPIC}, account=ALPHA)
    deploy_template({"Topic": TOPIC, "Other": TOPIC}, account=BETA)
    assert len(aws("sns", ALPHA).list_topics()["Topics"]) == 1
    assert len(aws("sns", BETA).list_topics()["Topics"]) == 2


def test_a_failed_stack_names_the_resource_and_the_reason(deploy_template: Deploy) -> None:
    expected = r"stack alpha \(account 100000000001\).*resource Broken .*nowhere does not exist"
    with pytest.raises(deploy.DeployError, match=expected):
        deploy_template({"Topic": TOPIC, "Broken": UNKNOWN_BUS}, name="alpha")


def test_an_unknown_resource_type_is_named(deploy_template: Deploy) -> None:
    with pytest.raises(deploy.DeployError, match=r"alpha was refused.*AWS::New::Thing"):
        deploy_template({"Thing": {"Type": "AWS::New::Thing"}}, name="alpha")


def test_a_stack_deploys_after_it_failed(aws: Aws, deploy_template: Deploy) -> None:
    with pytest.raises(deploy.DeployError):
        deploy_template({"Topic": TOPIC, "Broken": UNKNOWN_BUS})
    deploy_template({"Topic": TOPIC})
    assert len(aws("sns").list_topics()["Topics"]) == 1


def test_a_failed_update_leaves_the_stack_as_it_was(aws: Aws, deploy_template: Deploy) -> None:
    deploy_template({"Topic": TOPIC})
    with pytest.raises(deploy.DeployError, match="UPDATE_ROLLBACK_COMPLETE"):
        deploy_template({"Topic": TOPIC, "Other": TOPIC, "Broken": UNKNOWN_BUS})
    assert len(aws("sns").list_topics()["Topics"]) == 1


def test_deploying_the_same_again_changes_nothing(aws: Aws, deploy_template: Deploy) -> None:
    outputs = {"Arn": {"Ref": "Topic"}}
    first = deploy_template({"Topic": TOPIC}, outputs=outputs)
    assert deploy_template({"Topic": TOPIC}, outputs=outputs) == first
    assert len(aws("sns").list_topics()["Topics"]) == 1


def test_a_resource_that_the_template_no_longer_has_goes(aws: Aws, deploy_template: Deploy) -> None:
    deploy_template({"Topic": TOPIC, "Other": TOPIC})
    deploy_template({"Topic": TOPIC})
    assert len(aws("sns").list_topics()["Topics"]) == 1


def test_deleting_stacks_leaves_no_resource(
    aws: Aws, deploy_template: Deploy, emulator: Emulator
) -> None:
    deploy_template({"Topic": TOPIC})
    deploy.delete([stack({})], emulator.endpoint)
    deploy.delete([stack({})], emulator.endpoint)
    assert aws("sns").list_topics()["Topics"] == []


def test_progress_is_told_before_each_stack_and_at_the_end(emulator: Emulator) -> None:
    told: list[tuple[str, int, int]] = []
    stacks = [stack({"T": TOPIC}, name=name) for name in ("alpha", "beta")]
    deploy.deploy(stacks, emulator.endpoint, lambda *progress: told.append(progress))
    assert told == [("alpha", 0, 2), ("beta", 1, 2), ("beta", 2, 2)]


def test_a_function_runs_the_code_and_the_layer_that_were_uploaded(
    aws: Aws, emulator: Emulator, tmp_path: Path
) -> None:
    code, layer = tmp_path / "code", tmp_path / "layer"
    (layer / "python").mkdir(parents=True)
    (layer / "python/shared.py").write_text("ANSWER = 42")
    code.mkdir()
    (code / "handler.py").write_text("import shared\ndef handle(e, c): return shared.ANSWER")
    bucket = f"bootstrap-{ALPHA}"
    resources: dict[str, Any] = {
        "Layer": {
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {"Content": {"S3Bucket": bucket, "S3Key": "layer.zip"}},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "function",
                "Role": f"arn:aws:iam::{ALPHA}:role/any",
                "Runtime": "python3.14",
                "Handler": "handler.handle",
                "Layers": [{"Ref": "Layer"}],
                "Code": {"S3Bucket": bucket, "S3Key": "code.zip"},
            },
        },
    }
    assets = (Asset(code, bucket, "code.zip"), Asset(layer, bucket, "layer.zip"))
    deploy.deploy([replace(stack(resources), assets=assets)], emulator.endpoint)
    assert aws("lambda").invoke(FunctionName="function")["Payload"].read() == b"42"

    (code / "handler.py").write_text("def handle(e, c): return 'changed'")
    changed = {
        **resources["Function"]["Properties"],
        "Code": {"S3Bucket": bucket, "S3Key": "new.zip"},
    }
    resources["Function"]["Properties"] = changed
    assets = (Asset(code, bucket, "new.zip"), assets[1])
    deploy.deploy([replace(stack(resources), assets=assets)], emulator.endpoint)
    assert aws("lambda").invoke(FunctionName="function")["Payload"].read() == b'"changed"'
