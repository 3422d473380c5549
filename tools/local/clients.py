"""boto3 clients of the local AWS that nothing in the user's environment can lead elsewhere."""

from functools import cache
from threading import Lock
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
# What a session reads of a service once, a megabyte of JSON, serves all clients. Clients may be
# used by several threads; a session makes them for one thread at a time.
_SESSION = boto3.Session(botocore_session=botocore.session.Session(session_vars=_IGNORED_SETTINGS))
_making = Lock()


@cache
def client(service: str, *, endpoint: str, account: str, region: str) -> Any:
    """A boto3 client of a service in an account: locally, the access key id is the account id."""
    with _making:
        return _SESSION.client(  # type: ignore[call-overload]
            service,
            endpoint_url=endpoint,
            aws_access_key_id=account,
            aws_secret_access_key=SECRET,
            region_name=region,
            config=_CONFIG,
        )
