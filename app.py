"""The whole system: topology in, out a stack per domain and one that watches them all.

Those that consume from brokers are optional.

`cdk synth` runs this, and so does `python app.py`, with no CDK CLI; both take `-c key=value`.
"""

import argparse
import json
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from stacks import dependencies, examples, subscriptions
from stacks.context import InvalidTopology, topology_from
from stacks.domain_stack import DomainStack
from stacks.monitoring import Monitoring
from stacks.names import construct_id, module_name
from stacks.topology import CONFIG


def context(arguments: list[str]) -> dict[str, Any]:
    """The context of cdk.json, below that of the CDK CLI, below that of the command line."""
    parser = argparse.ArgumentParser(description="Synthesizes Crossbus into cdk.out.")
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    items = parser.parse_args(arguments).context
    for item in items:
        if "=" not in item:
            parser.error(f"-c {item}: expected KEY=VALUE")
    given = dict(item.split("=", 1) for item in items)
    from_cli = json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}"))
    return {**json.loads(CONFIG.read_text())["context"], **from_cli, **given}


def stack_of(domain: str) -> type[DomainStack]:
    """The class of a domain's stack: `GiftCards` in stacks/gift_cards.py, for `gift-cards`.

    InvalidTopology, naming the domain, if there is none.
    """
    module, name = f"stacks.{module_name(domain)}", construct_id(domain)
    found = getattr(import_module(module), name, None) if find_spec(module) else None
    if not isinstance(found, type) or not issubclass(found, DomainStack):
        expected = f"a class {name} in {module.replace('.', '/')}.py: its stack"
        raise InvalidTopology("accounts", domain, expected)
    return found


def build(values: dict[str, Any], outdir: str | None = None) -> cdk.App:
    """The app of the topology that the context describes; `outdir` is where synth writes it.

    InvalidTopology or InvalidSubscription, naming the field, or DependenciesMissing, before
    anything is written.
    """
    here = topology_from(values)
    subscriptions.validate()
    dependencies.installed()
    app = cdk.App(context=values, outdir=outdir, analytics_reporting=False)
    domains = {each: stack_of(each)(app, topology=here, domain=each) for each in here.accounts}
    for broker in here.brokers:
        # What only these stacks need is imported for them alone.
        import_module("stacks.brokers").STACKS[broker](app, topology=here)
    if here.monitoring:
        Monitoring(app, topology=here, domains=domains)
    if values.get("nag"):
        from cdk_nag import AwsSolutionsChecks

        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def synthesize(values: dict[str, Any], outdir: str) -> None:
    """Writes the cloud assembly, and in its folder `examples` the golden examples of all events."""
    build(values, outdir).synth()
    examples.write(Path(outdir), topology_from(values))


def main() -> None:
    """Synthesizes into $CDK_OUTDIR, or cdk.out. Exits with 2 and a line for bad input."""
    try:
        synthesize(context(sys.argv[1:]), os.environ.get("CDK_OUTDIR", "cdk.out"))
    except (
        InvalidTopology,
        subscriptions.InvalidSubscription,
        dependencies.DependenciesMissing,
    ) as error:
        print(f"app.py: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("app.py: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
