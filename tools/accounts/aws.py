"""The accounts of AWS: for each the credentials that STS says are of it, or a clear error."""

import os
import threading
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from accounts import profiles
from accounts.errors import AccountError

# An endpoint in the environment or a profile is meant for an emulator: this is AWS.
_CONFIG = Config(  # type: ignore[call-arg]  # the stubs lack the first one
    ignore_configured_endpoint_urls=True, retries={"mode": "standard", "total_max_attempts": 5}
)
OWN = "the caller's own credentials"


class Aws:
    """Looks for credentials of an account once, and asks STS whose they are before they are used.

    In this order: the profile given for the account; the profile of ~/.aws/config that is for it;
    the caller's own credentials. `instead` ends the error that there are none: what else could be
    done.
    """

    is_local = False
    where = "AWS"

    def __init__(self, given: Mapping[str, str], instead: str = "") -> None:
        self._given = given
        self._instead = instead
        self._sessions: dict[str, boto3.Session] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}
        # Making sessions and clients is not safe in threads; using clients is.
        self._lock = threading.RLock()

    def client(self, service: str, account: str, region: str) -> Any:
        """See Accounts."""
        key = service, account, region
        with self._lock:
            if key not in self._clients:
                session = self._session(account, region)
                self._clients[key] = session.client(  # type: ignore[call-overload]
                    service, region_name=region, config=_CONFIG
                )
            return self._clients[key]

    def environment(self, account: str, region: str) -> dict[str, str]:
        """See Accounts. The credentials are as they are now: temporary ones will expire."""
        with self._lock:
            credentials = self._session(account, region).get_credentials()
        assert credentials is not None  # STS has accepted them
        frozen = credentials.get_frozen_credentials()
        token = {"AWS_SESSION_TOKEN": frozen.token} if frozen.token else {}
        return {
            "AWS_ACCESS_KEY_ID": str(frozen.access_key),
            "AWS_SECRET_ACCESS_KEY": str(frozen.secret_key),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            **token,
        }

    def _session(self, account: str, region: str) -> boto3.Session:
        with self._lock:
            if account not in self._sessions:
                self._sessions[account] = self._found(account, region)
            return self._sessions[account]

    def _found(self, account: str, region: str) -> boto3.Session:
        candidates = [self._given[account]] if account in self._given else []
        candidates = candidates or profiles.of_account(account, profiles.configured())
        if len(candidates) == 1:
            return _checked(candidates[0], account, region)
        if os.environ.get("AWS_PROFILE") in candidates:
            return _checked(os.environ["AWS_PROFILE"], account, region)
        return self._own(candidates, account, region)

    def _own(self, candidates: list[str], account: str, region: str) -> boto3.Session:
        own = boto3.Session()
        try:
            whose = _account_of(own, region)
        except (BotoCoreError, ClientError) as error:
            whose = f"of no account ({error})"
        if whose == account:
            return own
        if candidates:
            raise AccountError(
                f"account {account}: the profiles {', '.join(candidates)} are all for it; choose "
                f"one with --profile {account}=NAME"
            )
        raise AccountError(
            f"account {account}: no profile of the AWS configuration is for it, and {OWN} are "
            f"{'of account ' if whose.isdigit() else ''}{whose}; give a profile with "
            f"--profile {account}=NAME, or add one with sso_account_id or role_arn{self._instead}"
        )


def _checked(profile: str, account: str, region: str) -> boto3.Session:
    try:
        session = boto3.Session(profile_name=profile)
        whose = _account_of(session, region)
    except (BotoCoreError, ClientError) as error:
        raise AccountError(
            f"account {account}: the profile {profile!r} gives no credentials: {error} "
            f"(with IAM Identity Center: `aws sso login --profile {profile}`)"
        ) from error
    if whose != account:
        raise AccountError(
            f"account {account}: the profile {profile!r} is of account {whose}; give another "
            f"with --profile {account}=NAME"
        )
    return session


def _account_of(session: boto3.Session, region: str) -> str:
    identity = session.client("sts", region_name=region, config=_CONFIG).get_caller_identity()
    return identity["Account"]
