"""The golden examples of all events, as they go into the cloud assembly for the tools."""

import json
import shutil
from pathlib import Path
from typing import Any

from stacks.subscriptions import SOURCES
from stacks.topology import Topology

PUBLISHED = Path(__file__).parents[1] / "contracts" / "examples"
RECEIVED = PUBLISHED.with_name("received")
"""What comes from outside, by the domain that receives it."""


def write(outdir: Path, topology: Topology) -> None:
    """Writes the folder `examples` of an assembly. What source the partner's events have, and from
    which account and region an event comes, the topology says: rules ask for it.
    """
    folder = outdir / PUBLISHED.name
    shutil.rmtree(folder, ignore_errors=True)
    domains = {source: domain for domain, source in SOURCES.items()}
    for path in PUBLISHED.rglob("*.json"):
        event = json.loads(path.read_text())
        to = folder / path.relative_to(PUBLISHED)
        _write(to, event | _where(topology, domains[event["source"]]))
    for path in RECEIVED.rglob("*.json"):
        within = path.relative_to(RECEIVED)
        event = json.loads(path.read_text()) | {"source": topology.partner.source}
        _write(folder / RECEIVED.name / within, event | _where(topology, within.parts[0]))


def _where(topology: Topology, domain: str) -> dict[str, str]:
    return {"account": topology.accounts[domain], "region": topology.region}


def _write(path: Path, event: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(event, indent=2) + "\n")
