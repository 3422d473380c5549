"""Where this checkout is, and where in it the local run keeps its state."""

from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1]
ROOT = TOOLS.parent
STATE = ROOT / ".local"
# What is run where no other app is named.
ASSEMBLY = ROOT / "cdk.out"
