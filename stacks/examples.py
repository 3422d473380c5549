"""The golden examples of all events, as they go into the cloud assembly for the tools."""

import json
import shutil
from pathlib import Path

from stacks.topology import Topology

PUBLISHED = Path(__file__).parents[1] / "contracts" / "examples"
RECEIVED = PUBLISHED.with_name("received")
"""What comes from outside, by the domain that receives it."""


def write(outdir: Path, topology: Topology) -> None:
    """Writes the folder `examples` of an assembly. What source the partner's events have, the
    topology says.
    """
    folder = outdir / PUBLISHED.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PUBLISHED, folder)
    for path in RECEIVED.rglob("*.json"):
        event = json.loads(path.read_text()) | {"source": topology.partner.source}
        to = folder / RECEIVED.name / path.relative_to(RECEIVED)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(json.dumps(event, indent=2) + "\n")
