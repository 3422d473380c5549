"""The code of a domain's functions, and the layer of third-party packages beside it."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from stacks import dependencies
from stacks.dependencies import ROOT
from stacks.names import module_name

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64
"""Those that `stacks.dependencies` installs for."""

LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.json", "schemas.py")


class DomainCode(Construct):
    """One asset: a domain's folder of `lambdas`, `eventing`, and the contracts it needs.

    So a deployment changes code and runtime at once, and a change of a contract touches the
    functions of who publishes or observes it, and no others.

    The layer holds the packages of lambdas/requirements.txt. A local run leaves it out: handlers
    run on this machine's Python there, and find the same versions in the virtual environment.
    """

    def __init__(
        self, scope: Construct, id: str, *, domain: str, contracts_of: Iterable[str]
    ) -> None:
        super().__init__(scope, id)
        self.domain = domain
        self.package = module_name(domain)
        with TemporaryDirectory() as folder:
            collect(Path(folder), self.package, map(module_name, contracts_of))
            asset = assets.Asset(self, "Asset", path=folder)
        cdk.Validations.of(asset.bucket).acknowledge(
            cdk.Acknowledgment(
                id="@aws-cdk/aws-lambda:codeFromBucketObjectVersionNotSpecified",
                reason="The key of an asset is the hash of its content: new code has a new key.",
            )
        )
        self.code = lambda_.Code.from_bucket_v2(asset.bucket, asset.s3_object_key)
        self.layer = lambda_.LayerVersion(
            self,
            "Dependencies",
            code=lambda_.Code.from_asset(
                str(dependencies.installed()),
                asset_hash=dependencies.lock_hash(),
                asset_hash_type=cdk.AssetHashType.CUSTOM,
            ),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )
        resource = self.layer.node.default_child
        assert isinstance(resource, lambda_.CfnLayerVersion)
        resource.add_metadata("crossbus:local", "left out")


def collect(folder: Path, package: str, contracts: Iterable[str]) -> None:
    """Copies what the functions of a domain import, for Lambda to read; a domain that publishes
    nothing has no contract of its own.
    """
    for name in (package, "eventing"):
        shutil.copytree(ROOT / "lambdas" / name, folder / name, ignore=LEFT_OUT)
    language = ROOT / "contracts" / "language"
    shutil.copytree(language, folder / "contracts" / "language", ignore=LEFT_OUT)
    for name in ("__init__", *contracts):
        module = ROOT / "contracts" / f"{name}.py"
        if module.exists():
            shutil.copy(module, folder / "contracts")
    dependencies.let_all_read(folder)
