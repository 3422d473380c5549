"""The command: `python -m scaffold NAME --observes PRODUCER:DETAIL-TYPE`."""

from typing import Annotated

import typer

from scaffold import edits, files
from scaffold.request import InvalidRequest, request_for

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def domain(
    name: Annotated[str, typer.Argument(help="Such as gift-cards.")] = "",
    observes: Annotated[
        str, typer.Option(help="PRODUCER:DETAIL-TYPE, several separated by commas.")
    ] = "",
    publishes: Annotated[str, typer.Option(help="A detail-type; made of the name if none.")] = "",
    account: Annotated[str, typer.Option(help="12 digits; made up if none.")] = "",
) -> None:
    """Writes a domain that observes events, takes note of each once, and publishes that it did."""
    try:
        request = request_for(name, observes, publishes, account)
        written = files.write(request)
    except InvalidRequest as error:
        typer.echo(f"make domain: {error}", err=True)
        raise typer.Exit(2) from None
    changed = [edits.add_account(request), edits.add_subscriptions(request)]
    edits.tidy([*written, *changed])
    for path in written:
        typer.echo(f"  new      {path}")
    for path in changed:
        typer.echo(f"  changed  {path}")


if __name__ == "__main__":
    app()
