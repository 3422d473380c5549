"""A domain that nobody has: what of the app is true of two domains has to be true of a third.

The generator makes it, in a copy of the repository. Its name has several words.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tests.scaffold import copies
from tests.scaffold.copies import Copy

DOMAIN, PACKAGE, EVENT = "made-up-domain", "made_up_domain", "MadeUpDomainNoted"
PRODUCER, OBSERVED = copies.OBSERVES.split(":")
"""It observes one event of one other domain."""

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


def synthesize(app: Copy, *synths: Synth) -> None:
    """Synthesizes a copy of the app into each folder, in one process; CDK validates them all.

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
