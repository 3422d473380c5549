"""The demo on the command line: `python -m business.demo`."""

from contextlib import ExitStack

import typer

from business.demo import story
from local import cli, instructions, running
from local.errors import LocalRunError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo() -> None:
    """Deploy the system, tell its story with real events, and take it down again."""
    with ExitStack() as stack:
        with cli.deploying() as progress:
            system = stack.enter_context(running.temporary_system(progress=progress))
        cli.console.print(f"Crossbus is {instructions.where(system)}")
        balanced = story.tell(system, cli.console)
    if not balanced:
        raise LocalRunError("the books do not balance")


if __name__ == "__main__":
    cli.run(app)
