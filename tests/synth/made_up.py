"""A domain that nobody has: what of the app is true of two domains has to be true of a third.

Its name has several words. It is added to a copy of the app with what README asks for and no more:
its account, its contract with an example, what it observes, a handler, a stack.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from stacks.subscriptions import SUBSCRIPTIONS
from tests.conftest import ROOT

DOMAIN = "made-up-domain"
ACCOUNT = "999999999999"
SOURCE = "made-up-service"
PRODUCER, OBSERVED = SUBSCRIPTIONS[-1].producer, SUBSCRIPTIONS[-1].detail_type
"""It observes one event of one other domain, whichever that is."""

CONTRACT = '''\
"""What the made-up domain publishes."""

from contracts.language.types import Contract, Identifier, Version

SOURCE = "made-up-service"


class ThingDone(Contract, frozen=True):
    """Version 1.0: a thing was done."""

    thing_id: Identifier


EVENTS = (Version("ThingDone", "1.0", ThingDone),)
'''

HANDLER = '''\
"""Does a thing for each event that the domain observes."""

from datetime import UTC, datetime

import msgspec

from contracts.made_up_domain import ThingDone
from eventing.aws import Client
from eventing.consumer import consumer
from eventing.events import Event, new_event
from eventing.function import Handler, function
from eventing.unit_of_work import Kind, Table, UnitOfWork


class Settings(msgspec.Struct):
    table_name: str


class Thing(msgspec.Struct):
    id: str


THINGS = Kind("THING", Thing)


def make(settings: Settings, client: Client) -> Handler:
    """Stores the thing, and publishes that it is done."""
    table = Table(client("dynamodb"), settings.table_name)

    @consumer
    def handler(event: Event) -> None:
        subject = event.metadata.subject

        def done(unit: UnitOfWork) -> None:
            if unit.get(THINGS, subject):
                return
            unit.put(THINGS, subject, Thing(subject))
            unit.publish(
                new_event(
                    ThingDone(thing_id=subject),
                    subject=subject,
                    correlation_id=event.metadata.correlation_id,
                    causation_id=event.metadata.id,
                    at=datetime.now(UTC),
                )
            )

        table.transact(done)

    return handler


handler = function(make, Settings)
'''

STACK = '''\
"""The made-up domain: does a thing for each event that it observes."""

from stacks.domain_stack import DomainStack


class MadeUpDomain(DomainStack):
    """Bus → queue → a function → table → bus."""

    def compose(self) -> None:
        may_change = self.table().may("GetItem", "PutItem")
        self.consumer("do_thing", may_change, queues=["things-to-do"], events=self.observed)
'''

EXAMPLE = {
    "version": "0",
    "id": "4b4cbb2a-5c0c-4f0b-9f3e-0f6b6c0ff001",
    "detail-type": "ThingDone",
    "source": SOURCE,
    "account": ACCOUNT,
    "time": "2026-11-23T10:00:00Z",
    "region": "eu-west-1",
    "resources": [],
    "detail": {
        "metadata": {
            "id": "4b4cbb2a-5c0c-4f0b-9f3e-0f6b6c0ff002",
            "version": "1.0",
            "occurredAt": "2026-11-23T10:00:00Z",
            "correlationId": "made-up",
            "causationId": "made-up",
            "subject": "thing-1",
        },
        "data": {"thingId": "thing-1"},
    },
}

APP = ("app.py", "cdk.json", "contracts", "stacks", "lambdas")
"""All that synth reads, beside the packages of the layer."""

SYNTHESIZE = """
import json, sys
from pathlib import Path
import app
for synth in json.load(sys.stdin):
    changed = Path(synth["changed"]) if synth["changed"] else None
    before = changed.read_text() if changed else ""
    if changed:
        changed.write_text(before + "# changed\\n")
    app.synthesize(app.context([]) | synth["context"], synth["outdir"])
    if changed:
        changed.write_text(before)
"""


def copy_app(sources: Path) -> None:
    """Copies the app into a folder, with the made-up domain in it."""
    sources.mkdir()
    for name in APP:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, sources / name)
        else:
            shutil.copy(ROOT / name, sources / name)
    (sources / ".build").symlink_to(ROOT / ".build")
    _write(sources / "contracts" / "made_up_domain.py", CONTRACT)
    examples = sources / "contracts" / "examples"
    _write(examples / SOURCE / "ThingDone" / "1.0.json", json.dumps(EXAMPLE))
    _write(sources / "lambdas" / "made_up_domain" / "__init__.py", "")
    _write(sources / "lambdas" / "made_up_domain" / "do_thing.py", HANDLER)
    _write(sources / "stacks" / "made_up_domain.py", STACK)
    config = json.loads((sources / "cdk.json").read_text())
    config["context"]["accounts"][DOMAIN] = ACCOUNT
    _write(sources / "cdk.json", json.dumps(config))
    _declare(
        sources / "stacks" / "subscriptions.py",
        f'Subscription("{DOMAIN}", "{PRODUCER}", "{OBSERVED}")',
        f'Unobserved("{DOMAIN}", "ThingDone")',
    )


def _declare(table: Path, subscription: str, unobserved: str) -> None:
    """Adds a line to each of the two tables of the event map."""
    text = table.read_text()
    for start, line in (
        ("SUBSCRIPTIONS: tuple[Subscription, ...] = (", subscription),
        ("UNOBSERVED: tuple[Unobserved, ...] = (", unobserved),
    ):
        assert text.count(start) == 1, start
        text = text.replace(start, f"{start}{line}, ")
    table.write_text(text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class Synth(NamedTuple):
    """Where a cloud assembly is written to, the context given, and the source file changed."""

    outdir: Path
    context: Mapping[str, object] = MappingProxyType({})
    changed: Path | None = None


def synthesize(sources: Path, *synths: Synth) -> None:
    """Synthesizes a copy of the app into each folder, in one process.

    A file that is changed gets a line of comment, and is as it was afterwards.
    """
    todo = [
        {
            "outdir": str(synth.outdir),
            "context": dict(synth.context),
            "changed": str(synth.changed) if synth.changed else None,
        }
        for synth in synths
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CDK_"))}
    done = subprocess.run(
        [sys.executable, "-c", SYNTHESIZE],
        cwd=sources,
        env=environment,
        input=json.dumps(todo),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
