"""Which profiles of ~/.aws/config are for which account."""

import re
from collections.abc import Mapping, Sequence

import botocore.session
from botocore.exceptions import BotoCoreError

from accounts.errors import AccountError

_ROLE = re.compile(r"arn:[^:]+:iam::(?P<account>\d{12}):role/")


def configured() -> dict[str, dict[str, str]]:
    """The settings of every profile, by name, as botocore reads them.

    Raises AccountError when the files cannot be read.
    """
    try:
        profiles: dict[str, dict[str, str]] = botocore.session.Session().full_config["profiles"]
    except BotoCoreError as error:
        raise AccountError(f"the AWS configuration cannot be read: {error}") from error
    return profiles


def of_account(account: str, profiles: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The names of the profiles that lead to an account, sorted.

    A role decides where there is one: the profile it is assumed from may be of another account.
    """
    return sorted(name for name, settings in profiles.items() if _leads_to(settings) == account)


def given(options: Sequence[str]) -> dict[str, str]:
    """The profile for each account, from options `ACCOUNT=PROFILE`.

    Raises AccountError for one that is not so written, or for an account given twice.
    """
    found: dict[str, str] = {}
    for option in options:
        account, _, profile = option.partition("=")
        if not re.fullmatch(r"\d{12}", account) or not profile:
            raise AccountError(
                f"--profile {option}: expected ACCOUNT=PROFILE, the account as 12 digits"
            )
        if found.setdefault(account, profile) != profile:
            raise AccountError(
                f"--profile {option}: account {account} has the profile {found[account]!r} already"
            )
    return found


def _leads_to(settings: Mapping[str, str]) -> str | None:
    if "role_arn" in settings:
        role = _ROLE.match(settings["role_arn"])
        return role["account"] if role else None
    return settings.get("sso_account_id")
