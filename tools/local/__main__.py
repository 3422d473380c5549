"""The local run on the command line: `python -m local up` and `python -m local down`."""

from pathlib import Path
from typing import Annotated

import typer

from local import cli, instructions, process, running

app = typer.Typer(
    help="A CDK app on this machine, with no AWS account and no Docker.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


Port = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=65535,
        envvar="CROSSBUS_PORT",
        help=f"On loopback; {process.DEFAULT_PORT} if not given.",
    ),
]
Auth = Annotated[bool, typer.Option("--auth", help="Enforce IAM.")]
Assembly = Annotated[Path, typer.Option(help="The cloud assembly.")]


@app.command()
def up(port: Port = None, auth: Auth = False, assembly: Assembly = running.ASSEMBLY) -> None:
    """Leave the system running in the background, or update the one that is."""
    gone = running.ended_unexpectedly()
    if gone is not None:
        cli.console.print(
            f"the run on port {gone} had ended unexpectedly; starting afresh: its data is gone"
        )
    with cli.deploying() as progress:
        system = running.bring_up(assembly, port=port, auth=auth, progress=progress)
    cli.console.print(instructions.how_to_use(system), markup=False)


@app.command()
def down() -> None:
    """Stop the system and remove all it left on this machine."""
    result = running.take_down()
    if result.was_running:
        cli.console.print("stopped; nothing is left")
    elif result.leftovers:
        cli.console.print("nothing was running; removed what an earlier run had left")
    else:
        cli.console.print("nothing is running")


if __name__ == "__main__":
    cli.run(app)
