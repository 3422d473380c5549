"""A call to an HTTP or REST API finds the API in whichever account and region it is.

On AWS the host name of an API leads to it, also for callers with another account's credentials
and for those with none; a route with IAM authorization then refuses the latter with 403.

ministack 1.5.33 looks only in the caller's account, which is 000000000000 for a call that is not
signed, and answers 404. This can go when it looks everywhere.
"""

from typing import Any

from ministack.services import apigateway, apigateway_v1

from local.emulator import seams


def install() -> None:
    """Finds APIs in every account."""
    for module, name in ((apigateway, "_apis"), (apigateway_v1, "_rest_apis")):
        seams.replace(module, "find_api_scope", _find_in(seams.original(module, name)))


def _find_in(stored: Any) -> Any:
    def find_api_scope(api_id: str) -> tuple[str, str] | None:
        for (account, region, stored_id), _ in stored.all_items():
            if stored_id == api_id:
                return account, region
        return None

    return find_api_scope
