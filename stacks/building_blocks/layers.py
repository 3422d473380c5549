"""The two layers of every function: our own runtime, and the third-party packages."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks import dependencies
from stacks.dependencies import ROOT

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64
"""Those that `stacks.dependencies` installs for."""


class Layers(Construct):
    """`eventing`: eventing and contracts, pure Python. `dependencies`: lambdas/requirements.txt.

    A local run leaves `dependencies` out: handlers run on this machine's Python there, and find the
    same versions in the virtual environment.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        with TemporaryDirectory() as folder:
            for package in (ROOT / "contracts", ROOT / "lambdas" / "eventing"):
                shutil.copytree(
                    package,
                    Path(folder) / "python" / package.name,
                    ignore=shutil.ignore_patterns("__pycache__", "*.json", "schemas.py"),
                )
            self.eventing = self._layer("Eventing", lambda_.Code.from_asset(folder))
        self.dependencies = self._layer("Dependencies", _dependencies())
        resource = self.dependencies.node.default_child
        assert isinstance(resource, lambda_.CfnLayerVersion)
        resource.add_metadata("crossbus:local", "left out")

    def _layer(self, id: str, code: lambda_.Code) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            id,
            code=code,
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )


def _dependencies() -> lambda_.Code:
    return lambda_.Code.from_asset(
        str(dependencies.installed()),
        asset_hash=dependencies.lock_hash(),
        asset_hash_type=cdk.AssetHashType.CUSTOM,
    )
