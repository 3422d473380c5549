"""A custom resource whose function fails ends its stack at once, with the function's error."""

import pytest

from local import deploy
from local.tests.conftest import ALPHA, Deploy

FAILS = "def handle(event, context):\n    raise ValueError('not today')\n"
LACKS = "import nowhere_to_be_found\n"


def resources(source: str) -> dict[str, object]:
    return {
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Role": f"arn:aws:iam::{ALPHA}:role/any",
                "Runtime": "python3.14",
                "Handler": "index.handle",
                "Code": {"ZipFile": source},
            },
        },
        "Custom": {
            "Type": "Custom::Thing",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}},
        },
    }


def test_a_function_that_raises_fails_its_resource_with_the_reason(deploy_template: Deploy) -> None:
    with pytest.raises(deploy.DeployError, match=r"Custom \(Custom::Thing\).*not today"):
        deploy_template(resources(FAILS))


def test_a_function_that_lacks_a_package_leaves_its_resource_in_name_only(
    deploy_template: Deploy,
) -> None:
    outputs = deploy_template(
        resources(LACKS), outputs={"Arn": {"Fn::GetAtt": ["Custom", "AnythingArn"]}}
    )
    assert outputs["Arn"].startswith("arn:aws:local:::")
