"""AWS or the local run: what is given decides, and nothing is mixed."""

from pathlib import Path

import pytest
from botocore.exceptions import NoCredentialsError

from accounts import AccountError, choose

NOWHERE = Path("no-assembly")
ENDPOINT = "http://127.0.0.1:4599"


def test_an_endpoint_leads_to_the_local_run_whose_access_key_id_is_the_account() -> None:
    accounts = choose(NOWHERE, endpoint=ENDPOINT + "/")
    assert accounts.is_local
    environment = accounts.environment("077777777777", "eu-west-1")
    assert environment["AWS_ACCESS_KEY_ID"] == "077777777777"
    assert environment["AWS_ENDPOINT_URL"] == ENDPOINT


def test_a_client_of_the_local_run_goes_to_its_endpoint() -> None:
    client = choose(NOWHERE, endpoint=ENDPOINT).client("sqs", "077777777777", "eu-west-1")
    assert client.meta.endpoint_url == ENDPOINT


def test_without_an_endpoint_and_a_local_run_it_is_aws() -> None:
    assert not choose(NOWHERE).is_local


def test_a_local_run_of_the_assembly_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.choice._running", lambda _: ENDPOINT)
    assert choose(NOWHERE).where == f"the local run on {ENDPOINT}"


@pytest.mark.parametrize("options", [{"aws": True}, {"profile_options": ["077777777777=one"]}])
def test_who_asks_for_aws_gets_it_while_a_local_run_is_up(
    options: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.choice._running", lambda _: ENDPOINT)
    assert choose(NOWHERE, **options).where == "AWS"  # type: ignore[arg-type]


def test_who_asks_for_aws_and_for_an_endpoint_is_refused() -> None:
    with pytest.raises(AccountError, match=f"--aws and --endpoint-url {ENDPOINT}"):
        choose(NOWHERE, endpoint=ENDPOINT, aws=True)


@pytest.mark.parametrize("option", ["mine", "1111=mine", "077777777777=", "=mine"])
def test_a_profile_option_that_is_no_pair_is_refused(option: str) -> None:
    with pytest.raises(AccountError, match=f"--profile {option}: expected ACCOUNT=PROFILE"):
        choose(NOWHERE, profile_options=[option])


def test_two_profiles_for_one_account_are_refused() -> None:
    with pytest.raises(AccountError, match="has the profile 'one' already"):
        choose(NOWHERE, profile_options=["077777777777=one", "077777777777=two"])


@pytest.mark.parametrize("endpoint", ["nope", "127.0.0.1:4599", "http://", "4599"])
def test_an_endpoint_that_is_no_address_is_refused(endpoint: str) -> None:
    with pytest.raises(AccountError, match=f"--endpoint-url {endpoint}: expected an address such"):
        choose(NOWHERE, endpoint=endpoint)


def test_who_meant_a_local_run_that_is_not_up_hears_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> str:
        raise NoCredentialsError

    monkeypatch.setattr("accounts.aws._account_of", nobody)
    monkeypatch.setattr("accounts.profiles.configured", dict)
    with pytest.raises(AccountError, match="no local run of no-assembly is up: `python -m local"):
        choose(NOWHERE).client("sqs", "077777777777", "eu-west-1")
    with pytest.raises(AccountError, match=r"sso_account_id or role_arn$"):
        choose(NOWHERE, aws=True).client("sqs", "077777777777", "eu-west-1")
