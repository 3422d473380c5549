"""The local run on the command line: `python -m local up` and `python -m local down`."""

import re
from pathlib import Path
from typing import Annotated

import typer

from local import assembly, cli, commands, findings, instructions, process, running
from local.paths import ASSEMBLY

app = typer.Typer(
    help="A CDK app on this machine, with no AWS account and no Docker.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _twelve_digits(value: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", value):
        raise typer.BadParameter(f"{value!r}: expected the 12 digits of an account")
    return value


Assembly = Annotated[Path, typer.Argument(help="The app's cloud assembly, as `cdk synth` writes.")]
Port = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=65535,
        envvar="LOCAL_PORT",
        help=f"On loopback; {process.DEFAULT_PORT} if not given.",
    ),
]
Auth = Annotated[bool, typer.Option("--auth", help="Enforce IAM.")]
Account = Annotated[
    str, typer.Option(help="Where stacks go that name no account.", callback=_twelve_digits)
]
Region = Annotated[str, typer.Option(help="Where stacks go that name no region.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse an app that is not all honoured.")]
Details = Annotated[bool, typer.Option("--details", help="Name all that is not honoured.")]
All = Annotated[bool, typer.Option("--all", help="Stop every app of this checkout.")]


@app.command()
def up(
    path: Assembly = ASSEMBLY,
    port: Port = None,
    auth: Auth = False,
    account: Account = assembly.DEFAULT_ACCOUNT,
    region: Region = assembly.DEFAULT_REGION,
    strict: Strict = False,
    details: Details = False,
) -> None:
    """Leave an app running in the background, or update the one that is."""
    gone = running.ended_unexpectedly(path)
    if gone is not None:
        cli.console.print(
            f"the run on port {gone} had ended unexpectedly; starting afresh: its data is gone"
        )
    with cli.deploying() as progress:
        system = running.bring_up(
            path,
            port=port,
            auth=auth,
            strict=strict,
            environment=running.Environment(account, region),
            progress=progress,
        )
    stacks = assembly.read(path, account, region)
    found = findings.after_deployment(path, stacks, system.emulator)
    cli.console.print(instructions.how_to_use(system, stacks, path), markup=False)
    told = list(found.lines(details=details))
    if told:
        heading = "What of the app has not its full effect here"
        hint = "" if details else " (all by name: --details)"
        cli.console.print(f"\n{heading}{hint}:", markup=False)
        cli.console.print("\n".join(f"  {line}" for line in told), markup=False)


@app.command()
def down(path: Assembly = ASSEMBLY, every: All = False) -> None:
    """Stop an app and remove all it left on this machine."""
    apps = [app for _, app in running.still_running()] if every else []
    for one in apps or [path]:
        result = running.take_down(one)
        if result.was_running:
            cli.console.print("stopped; nothing is left")
        elif result.leftovers:
            cli.console.print("nothing was running; removed what an earlier run had left")
        else:
            cli.console.print("nothing is running")
    for port, other in running.still_running():
        cli.console.print(f"still running: {other} on port {port} (`{commands.down(other)}`)")


if __name__ == "__main__":
    cli.run(app)
