"""Configuration files made up for a test, and an STS that says whose credentials are whose."""

from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

REGION = "eu-west-1"
Configure = Callable[[str], None]
Identities = dict[str | None, str | Exception]


@pytest.fixture(autouse=True)
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Configure:
    """Writes the AWS configuration that the test runs with; none at first."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return lambda text: (config.write_text(text), None)[1]


@pytest.fixture
def asked() -> list[str | None]:
    """The profiles whose account STS was asked for."""
    return []


@pytest.fixture(autouse=True)
def identities(monkeypatch: pytest.MonkeyPatch, asked: list[str | None]) -> Identities:
    """Whose account STS says a profile's credentials are; None stands for the caller's own."""
    known: Identities = {}

    def account_of(session: boto3.Session, _: str) -> str:
        name = session.profile_name if session.profile_name != "default" else None
        asked.append(name)
        answer = known[name]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("accounts.aws._account_of", account_of)
    return known
