"""boto3 clients of the local AWS that nothing in the user's environment can lead elsewhere."""

from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

# No profile, no ~/.aws and no proxy: whatever is set there is meant for the real AWS.
_IGNORED_SETTINGS = dict.fromkeys(
    ("profile", "config_file", "credentials_file", "ca_bundle"), (None, None, None, None)
)
_CONFIG = Config(
    proxies={},
    connect_timeout=5,
    read_timeout=60,
    max_pool_connections=50,
    retries={"mode": "standard", "total_max_attempts": 3},
)
SECRET = "test"


@cache
def client(service: str, *, endpoint: str, account: str, region: str) -> Any:
    """A boto3 client of a service in an account: locally, the access key id is the account id."""
    session = boto3.Session(
        aws_access_key_id=account,
        aws_secret_access_key=SECRET,
        region_name=region,
        botocore_session=botocore.session.Session(session_vars=_IGNORED_SETTINGS),
    )
    return session.client(service, endpoint_url=endpoint, config=_CONFIG)  # type: ignore[call-overload]
