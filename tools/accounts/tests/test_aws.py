"""On AWS each account gets credentials of its own, or nothing is done."""

import pytest
from botocore.exceptions import NoCredentialsError, UnauthorizedSSOTokenError

from accounts import AccountError
from accounts.aws import Aws
from accounts.tests.conftest import REGION, Configure, Identities

ACCOUNT = "077777777777"
OTHER = "088888888888"
SECRETS = "aws_access_key_id = {name}\naws_secret_access_key = secret"


def profile(name: str, *settings: str) -> str:
    return "\n".join([f"[profile {name}]", *(settings or [SECRETS.format(name=name)]), ""])


def signing_on(account: str) -> str:
    """The settings of a profile of IAM Identity Center."""
    return f"""sso_account_id = {account}
sso_role_name = Operator
sso_start_url = https://sign-on.example.com
sso_region = {REGION}"""


def key_used(aws: Aws, account: str) -> str:
    """The access key id that a client of the account would sign with."""
    return aws.environment(account, REGION)["AWS_ACCESS_KEY_ID"]


def test_the_profile_given_for_an_account_is_used(
    configure: Configure, identities: Identities
) -> None:
    configure(profile("mine") + profile("sso", signing_on(ACCOUNT)))
    identities["mine"] = ACCOUNT
    assert key_used(Aws({ACCOUNT: "mine"}), ACCOUNT) == "mine"


def test_a_profile_that_is_of_another_account_is_refused(
    configure: Configure, identities: Identities
) -> None:
    configure(profile("mine"))
    identities["mine"] = OTHER
    with pytest.raises(AccountError, match=f"{ACCOUNT}: the profile 'mine' is of account {OTHER}"):
        Aws({ACCOUNT: "mine"}).client("sqs", ACCOUNT, REGION)


def test_a_profile_that_does_not_exist_is_named() -> None:
    with pytest.raises(AccountError, match=f"account {ACCOUNT}.*'gone'.*could not be found"):
        Aws({ACCOUNT: "gone"}).client("sqs", ACCOUNT, REGION)


def test_without_an_option_the_profile_of_the_account_s_single_sign_on_is_used(
    configure: Configure, identities: Identities, asked: list[str | None]
) -> None:
    configure(profile("one", signing_on(ACCOUNT)) + profile("two", signing_on(OTHER)))
    identities["one"] = ACCOUNT
    Aws({}).client("sqs", ACCOUNT, REGION)
    assert asked == ["one"]


def test_a_role_s_account_counts_and_not_that_of_its_sign_on(
    configure: Configure, identities: Identities, asked: list[str | None]
) -> None:
    role = f"role_arn = arn:aws:iam::{ACCOUNT}:role/operator"
    configure(profile("hub") + profile("deep", role, "source_profile = hub", signing_on(OTHER)))
    identities["deep"] = ACCOUNT
    Aws({}).client("sqs", ACCOUNT, REGION)
    assert asked == ["deep"]


def test_of_several_profiles_for_an_account_none_is_guessed(
    configure: Configure, identities: Identities
) -> None:
    settings = signing_on(ACCOUNT)
    configure(profile("admin", settings) + profile("reader", settings))
    identities[None] = NoCredentialsError()
    with pytest.raises(AccountError, match=f"admin, reader.*--profile {ACCOUNT}=NAME"):
        Aws({}).client("sqs", ACCOUNT, REGION)


def test_of_several_profiles_for_an_account_the_one_in_use_is_taken(
    configure: Configure,
    identities: Identities,
    asked: list[str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = signing_on(ACCOUNT)
    configure(profile("admin", settings) + profile("reader", settings))
    monkeypatch.setenv("AWS_PROFILE", "reader")
    identities["reader"] = ACCOUNT
    Aws({}).client("sqs", ACCOUNT, REGION)
    assert asked == ["reader"]


def test_the_caller_s_own_credentials_serve_their_own_account(
    identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    identities[None] = ACCOUNT
    assert key_used(Aws({}), ACCOUNT) == "own"


def test_the_caller_s_own_credentials_serve_no_other_account(identities: Identities) -> None:
    identities[None] = OTHER
    with pytest.raises(AccountError, match=f"account {ACCOUNT}.*of account {OTHER}; give a prof"):
        Aws({}).client("sqs", ACCOUNT, REGION)


def test_an_expired_sign_on_says_how_to_sign_on_again(
    configure: Configure, identities: Identities
) -> None:
    configure(profile("one", signing_on(ACCOUNT)))
    identities["one"] = UnauthorizedSSOTokenError()
    with pytest.raises(AccountError, match="`aws sso login --profile one`"):
        Aws({}).client("sqs", ACCOUNT, REGION)


def test_an_endpoint_of_the_environment_does_not_lead_away_from_aws(
    configure: Configure, identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(profile("mine"))
    identities["mine"] = ACCOUNT
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    client = Aws({ACCOUNT: "mine"}).client("sqs", ACCOUNT, REGION)
    assert client.meta.endpoint_url == f"https://sqs.{REGION}.amazonaws.com"
