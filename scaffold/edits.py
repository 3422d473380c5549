"""The lines of a domain outside its own files: its account, and what is subscribed."""

import ast
import json
import subprocess
import sys
from pathlib import Path

from scaffold.files import ROOT
from scaffold.request import Request
from stacks.subscriptions import UNOBSERVED, Subscription, Unobserved
from stacks.topology import CONFIG

EVENT_MAP = ROOT / "stacks" / "subscriptions.py"


def add_account(request: Request) -> Path:
    """Adds the domain to the accounts of cdk.json; returns its path below the root."""
    config = json.loads(CONFIG.read_text())
    config["context"]["accounts"][request.name] = request.account
    CONFIG.write_text(json.dumps(config, indent=2) + "\n")
    return CONFIG.relative_to(ROOT)


def add_subscriptions(request: Request) -> Path:
    """Adds a line for each observed event, and one that says that nobody observes the domain's
    own yet; takes away the lines that said so of what it observes. Returns the path of the map.
    """
    text = EVENT_MAP.read_text()
    for observed in request.observes:
        text = _added(text, "SUBSCRIPTIONS", repr_of(Subscription(request.name, *observed)))
        if observed in UNOBSERVED:
            text = text.replace(f"{repr_of(Unobserved(*observed))},", "")
    text = _added(text, "UNOBSERVED", repr_of(Unobserved(request.name, request.publishes)))
    EVENT_MAP.write_text(text)
    return EVENT_MAP.relative_to(ROOT)


def tidy(paths: list[Path]) -> None:
    """Sorts imports and formats, which depends on the names. CalledProcessError if that fails."""
    modules = [str(ROOT / path) for path in paths if path.suffix == ".py"]
    for command in (["check", "--fix", "--select", "I"], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, "--quiet", *modules], check=True)


def repr_of(line: Subscription | Unobserved) -> str:
    """The line as it is written in the map."""
    said = (json.dumps(value) for value in line if value is not None)
    return f"{type(line).__name__}({', '.join(said)})"


def _added(text: str, table: str, line: str) -> str:
    """The text with a line added at the end of a table, a tuple that is assigned to this name."""
    (tuple_node,) = [
        node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == table and node.value
    ]
    lines = text.splitlines(keepends=True)
    last = (tuple_node.end_lineno or 0) - 1
    before = (tuple_node.end_col_offset or 0) - 1
    lines[last] = f"{lines[last][:before]}{line},{lines[last][before:]}"
    return "".join(lines)
