"""Puts into a local account what a deployment finds there on AWS: the bootstrap and the assets."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from local.assembly import Asset, Stack
from local.clients import client
from local.errors import LocalRunError

# What `cdk bootstrap` leaves where a template's parameter of this name says; CDK's rules refuse
# to deploy below a version that the assembly was written for.
BOOTSTRAP_PARAMETER = "BootstrapVersion"
BOOTSTRAP_VERSION = "99"


def bootstrap(stack: Stack, endpoint: str) -> None:
    """Does of `cdk bootstrap` what the templates and assets need."""
    parameter = stack.template.get("Parameters", {}).get(BOOTSTRAP_PARAMETER)
    if parameter is not None:
        _client(stack, endpoint, "ssm").put_parameter(
            Name=parameter["Default"], Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True
        )
    s3 = _client(stack, endpoint, "s3")
    abroad = {"CreateBucketConfiguration": {"LocationConstraint": stack.region}}
    location = {} if stack.region == "us-east-1" else abroad
    existing = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for bucket in {stack.bucket, *(asset.bucket for asset in stack.assets)} - existing:
        s3.create_bucket(Bucket=bucket, **location)


def assets(stack: Stack, endpoint: str) -> None:
    """Uploads what a stack's resources are made from, and its nested templates."""
    s3 = _client(stack, endpoint, "s3")
    for asset in stack.assets:
        s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=_content(asset))
    for key, nested in stack.nested.items():
        s3.put_object(Bucket=stack.bucket, Key=key, Body=json.dumps(nested).encode())


def template(stack: Stack, endpoint: str) -> str:
    """Uploads a stack's template; returns its URL.

    A template in a bucket may have 1 MB; one in the request, 51,200 bytes.
    """
    key = f"{stack.name}.template.json"
    _client(stack, endpoint, "s3").put_object(
        Bucket=stack.bucket, Key=key, Body=json.dumps(stack.template).encode()
    )
    return f"{endpoint}/{stack.bucket}/{key}"


def _content(asset: Asset) -> bytes:
    if not asset.source.exists():
        raise LocalRunError(f"{asset.source} is not there; synthesize the app to write it anew")
    if asset.source.is_file():
        return asset.source.read_bytes()
    return zipped(asset.source)


def zipped(folder: Path) -> bytes:
    """A folder's files as a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(file, file.relative_to(folder))
    return buffer.getvalue()


def _client(stack: Stack, endpoint: str, service: str) -> Any:
    return client(service, endpoint=endpoint, account=stack.account, region=stack.region)
