"""A domain that nobody has: what of the app is true of two domains has to be true of a third.

The generator makes it, in a copy of the repository. Its name has several words.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from stacks.topology import CONFIG, DOMAINS
from tests.conftest import UNVALIDATED
from tests.scaffold import copies
from tests.scaffold.copies import Copy

DOMAIN, PACKAGE, EVENT = copies.NAME, copies.MODULE, copies.EVENT
PRODUCER, OBSERVED = copies.OBSERVES.split(":")
"""It observes one event of one other domain."""

MONITORING = json.loads(CONFIG.read_text())["context"]["monitoring"]
PARTNER_SOURCE = "aws.partner/example.com/orders"

SYNTHESIZE = """
import json, sys
from pathlib import Path
import app
for synth in json.loads(sys.argv[1]):
    changed = Path(synth["changed"]) if synth["changed"] else None
    before = changed.read_text() if changed else ""
    if changed:
        changed.write_text(before + "# changed\\n")
    app.synthesize(app.context([]) | synth["context"], synth["outdir"])
    if changed:
        changed.write_text(before)
"""


class Synth(NamedTuple):
    """Where a cloud assembly is written to, the context given, and the source file changed."""

    outdir: Path
    context: Mapping[str, object] = MappingProxyType({})
    changed: Path | None = None


class Extended(NamedTuple):
    """A folder with a copy of the app with the made-up domain in it, and its cloud assemblies."""

    folder: Path

    @property
    def sources(self) -> Path:
        """The root of the copy, as `make domain` leaves it."""
        return self.folder / "app"

    @property
    def assembly(self) -> Path:
        """As cdk.json says."""
        return Copy(self.sources).assembly

    @property
    def one_account(self) -> Path:
        """With every domain in one account."""
        return self.folder / "one-account"

    @property
    def alone(self) -> Path:
        """With every domain in the monitoring account."""
        return self.folder / "alone"

    @property
    def production(self) -> Path:
        """The production environment of an organization, in another region."""
        return self.folder / "production"

    @property
    def with_partner(self) -> Path:
        """With a partner event source, the first domain in the monitoring account, and a file of
        the domain changed.
        """
        return self.folder / "with-partner"

    @property
    def without_monitoring(self) -> Path:
        """Without a monitoring account, and with a contract changed."""
        return self.folder / "without-monitoring"

    @property
    def changed(self) -> dict[Path, Path]:
        """The assemblies with another content of one source file, by that file.

        What an asset holds does not depend on the topology: they are of other ones besides.
        """
        code = Path("lambdas", PACKAGE, "__init__.py")
        contract = Path("contracts", f"{PRODUCER}.py")
        return {code: self.with_partner, contract: self.without_monitoring}


def extend(folder: Path) -> None:
    """Makes the copy with the made-up domain, its documents, and its assemblies in one process.

    CDK validates two of them, which have all that is in any but the partner's bus; cdk-nag looks
    at what there is outside development alone.
    """
    made = Extended(folder)
    copy = copies.with_domain(made.sources)
    changed = {outdir: copy.folder / file for file, outdir in made.changed.items()}
    contexts: dict[Path, dict[str, object]] = {
        made.assembly: {},
        made.one_account: {"accounts": "3" * 12, **UNVALIDATED},
        made.alone: {"accounts": "3" * 12, "monitoring": "3" * 12, **UNVALIDATED},
        made.production: {
            "environment": "prod",
            "organization": "o-a1b2c3d4e5",
            "region": "us-east-1",
            "nag": "AwsSolutions",
        },
        made.with_partner: {
            "partnerEventSource": PARTNER_SOURCE,
            f"accounts.{DOMAINS[0]}": MONITORING,
            **UNVALIDATED,
        },
        made.without_monitoring: {"monitoring": "", **UNVALIDATED},
    }
    synths = [Synth(outdir, given, changed.get(outdir)) for outdir, given in contexts.items()]
    synthesize(copy, *synths)
    copy.succeeds("-m", "routes", "docs", "README.md", "docs/routes.md")


def synthesize(app: Copy, *synths: Synth) -> None:
    """Synthesizes a copy of the app into each folder, in one process, in which CDK validates.

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
    app.succeeds("-c", SYNTHESIZE, json.dumps(todo), validated=True)
