"""The commands: plan, names, run, bootstrap."""

import json
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from accounts import AccountError, Accounts, choose
from accounts.choice import Endpoint, OnAws, Profiles
from deploy import bootstrap, cdk, deployed, outputs
from deploy.collisions import Collision, collisions
from deploy.errors import DeployError
from deploy.lookups import already_there
from deploy.rounds import Round, rounds
from local.errors import LocalRunError
from routes.order.plan import Plan, plan
from routes.order.states import Key
from routes.reading.assembly import Assembly
from routes.shown.order import plan_json, plan_lines

app = typer.Typer(
    help="Deploys the stacks of a cloud assembly, each in its own account, in a safe order.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)

Folder = Annotated[Path, typer.Option("--assembly", help="The cloud assembly to deploy.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ASSEMBLY = Path("cdk.out")


@app.command("plan")
def show_plan(
    old: Annotated[
        Path | None, typer.Argument(help="The assembly before; default: what is deployed.")
    ] = None,
    new: Annotated[Path, typer.Argument(help="The assembly after.")] = ASSEMBLY,
    endpoint: Endpoint = None,
    profile: Profiles = None,
    aws: OnAws = False,
    as_json: AsJson = False,
) -> None:
    """The order in which stacks deploy, and why; status 1 where one deploy cannot be safe."""
    after = deployed.read(new)
    before, accounts = _before(old, new, after, endpoint=endpoint, profile=profile, aws=aws)
    if accounts is not None and accounts.is_local:
        # It may have come from a local run, or from the CDK CLI, which leaves nothing out.
        before, after = deployed.as_local(before), deployed.as_local(after)
    found = plan(before, after)
    again = [
        each for each in rounds([step.key for step in found.steps], before, after) if each.note
    ]
    if as_json:
        shown = plan_json(found) | {"rounds": [each.note for each in again]}
        console.print(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        _print(plan_lines(found))
        _print(each.note for each in again)
    if not found.is_safe:
        raise typer.Exit(1)


@app.command()
def names(
    old: Annotated[
        Path | None, typer.Argument(help="The assembly before; default: what is deployed.")
    ] = None,
    new: Annotated[Path, typer.Argument(help="The assembly after.")] = ASSEMBLY,
    endpoint: Endpoint = None,
    profile: Profiles = None,
    aws: OnAws = False,
) -> None:
    """Names that a deploy would take twice; status 1 where there are any."""
    after = deployed.read(new)
    before, accounts = _before(old, new, after, endpoint=endpoint, profile=profile, aws=aws)
    found = collisions(before, after)
    if accounts is not None:
        found += already_there(before, after, accounts)
    _print(map(str, found))
    if any(not each.is_note for each in found):
        raise typer.Exit(1)


@app.command()
def run(
    cdk_arguments: Annotated[
        list[str] | None, typer.Argument(help="What goes to `cdk deploy`, after `--`.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="A stack, or the domain that its metadata name; may be repeated."),
    ] = None,
    folder: Folder = ASSEMBLY,
    endpoint: Endpoint = None,
    profile: Profiles = None,
    aws: OnAws = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Deploy although events would be lost meanwhile.")
    ] = False,
) -> None:
    """Deploys, one stack at a time, those that admit before those that send."""
    assembly = deployed.read(folder)
    wanted = _wanted(assembly, only)
    accounts = choose(folder, endpoint=endpoint, profile_options=profile or (), aws=aws)
    present = deployed.of(assembly, accounts)
    found = plan(present, assembly)
    console.print(f"deploying to {accounts.where}")
    _print(plan_lines(found))
    _refuse_unsafe(found, wanted, anyway)
    _refuse_taken_names(
        [*collisions(present, assembly), *already_there(present, assembly, accounts)]
    )
    order = [*(step.key for step in found.steps), *found.unchanged]
    with cdk.deployable(folder, is_local=accounts.is_local and not dry_run) as to_deploy:
        for each in rounds([key for key in order if key in wanted], present, assembly):
            _deploy(to_deploy, assembly, each, cdk_arguments or [], accounts, dry_run)


@app.command("bootstrap")
def bootstrap_accounts(
    folder: Folder = ASSEMBLY,
    endpoint: Endpoint = None,
    profile: Profiles = None,
    aws: OnAws = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print policies and commands; needs no credentials.")
    ] = False,
) -> None:
    """Bootstraps each account with its own credentials and a policy made for its stacks."""
    assembly = deployed.read(folder)
    deployed.homes(assembly)
    accounts = choose(folder, endpoint=endpoint, profile_options=profile or (), aws=aws)
    # What is deployed and no longer in the templates must still be deleted.
    present = [] if dry_run else [deployed.of(assembly, accounts)]
    for environment in bootstrap.environments(folder, assembly, *present):
        where = f"account {environment.account}, {environment.region}"
        console.print(f"\n{where}: {shlex.join(environment.command)}", style="bold")
        for name, text in environment.policies.items():
            console.print(f"managed policy {name}, {len(text)} characters:")
            console.print(json.dumps(json.loads(text), indent=2))
        _print(f"note: {note}" for note in environment.notes)
        if not dry_run:
            bootstrap.bootstrap(environment, accounts)
            cdk.run(environment.command, accounts, environment.account, environment.region)


def _before(
    old: Path | None,
    new: Path,
    after: Assembly,
    *,
    endpoint: str | None,
    profile: list[str] | None,
    aws: bool,
) -> tuple[Assembly, Accounts | None]:
    """The assembly before: the one given, or else what is deployed, with the accounts asked."""
    if old is not None:
        return deployed.read(old), None
    accounts = choose(new, endpoint=endpoint, profile_options=profile or (), aws=aws)
    return deployed.of(after, accounts), accounts


def _deploy(
    folder: Path,
    assembly: Assembly,
    each: Round,
    extra: list[str],
    accounts: Accounts,
    dry_run: bool,
) -> None:
    key = each.key
    parameters, unknown = outputs.given_to(key, assembly, accounts)
    _print(f"note: {line}" for line in [*unknown, *filter(None, [each.note])])
    command = cdk.deploy_command(folder, key, parameters | each.values, extra)
    console.print(f"\n{key.name}, account {key.account}: {shlex.join(command)}", style="bold")
    if not dry_run:
        cdk.run(command, accounts, key.account, key.region)


def _wanted(assembly: Assembly, only: list[str] | None) -> list[Key]:
    """The stacks to deploy: all, or those named. DeployError for a name that none has."""
    names: dict[str, Key] = {}
    homes = deployed.homes(assembly)
    for stack in assembly.stacks:
        if Key.of(stack) in homes and "/" not in stack.name:
            names[stack.name] = Key.of(stack)
            if stack.declared:
                names.setdefault(stack.declared.domain, Key.of(stack))
    for name in only or ():
        if name not in names:
            raise DeployError(f"no stack or domain is called {name!r}, only {', '.join(names)}")
    return [names[name] for name in only] if only else homes


def _refuse_unsafe(found: Plan, wanted: list[Key], anyway: bool) -> None:
    """Raises DeployError where deploying just these stacks, or all, loses events."""
    missing = found.needed_before(wanted)
    if anyway or not (missing or found.split):
        return
    if not missing:
        raise DeployError("not begun: no one order is safe; --anyway deploys all the same")
    names = ", ".join(dict.fromkeys(each.first.name for each in missing))
    whys = "\n".join(f"  {each.why}" for each in missing)
    raise DeployError(f"not begun: deploy {names} before, since\n{whys}")


def _refuse_taken_names(found: list[Collision]) -> None:
    _print(str(each) for each in found if each.is_note)
    taken = [str(each) for each in found if not each.is_note]
    if taken:
        raise DeployError("\n".join(["not begun: names would be taken twice", *taken]))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        console.print(line)


def main(*arguments: Any) -> None:
    """Runs a command; what a person can put right is told in one message, with status 2."""
    try:
        app(*arguments, prog_name="python -m deploy")
    except (AccountError, DeployError, LocalRunError) as error:
        console.print(f"error: {error}")
        sys.exit(2)
    except (BotoCoreError, ClientError) as error:
        console.print(f"error: AWS refuses: {error}")
        sys.exit(2)


if __name__ == "__main__":
    main()
