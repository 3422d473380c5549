"""AWS or the local run: what is given decides, and nothing is mixed."""

from pathlib import Path

import pytest

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
