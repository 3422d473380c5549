"""What a command tells when it could not be carried out."""

import re

import pytest
import typer
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from operate import cli

URL = "http://127.0.0.1:1/"
DENIED = {"Error": {"Code": "AccessDenied", "Message": "not you"}}


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (EndpointConnectionError(endpoint_url=URL), f'error: no answer: .*"{URL}" Is it up?'),
        (ReadTimeoutError(endpoint_url=URL), "error: no answer: Read timeout on endpoint URL"),
        (ResponseParserError("no XML\n<html>"), "error: what answers there is no AWS: no XML\n"),
        (ClientError(DENIED, "SendMessage"), "error: AWS refuses: .*SendMessage.*not you"),  # type: ignore[arg-type]
    ],
)
def test_no_answer_is_told_from_a_refusal(
    raised: Exception,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def command() -> None:
        raise raised

    monkeypatch.setattr("sys.argv", ["operate"])
    with pytest.raises(SystemExit) as ended:
        cli.run(app)
    assert ended.value.code == 2
    assert re.match(told, capsys.readouterr().err)
