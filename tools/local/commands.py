"""The commands that a person is told to use."""

from pathlib import Path

from local.paths import ASSEMBLY, ROOT

ANOTHER_PORT = "choose another port with LOCAL_PORT=<port> or --port <port>"


def up(assembly: Path) -> str:
    """The command that runs an assembly's app."""
    return _command("up", assembly)


def down(assembly: Path) -> str:
    """The command that stops an assembly's app."""
    return _command("down", assembly)


def _command(name: str, assembly: Path) -> str:
    if assembly.resolve() != ASSEMBLY:
        return f"python -m local {name} {assembly}"
    return f"make {name}" if _is_make_target(name) else f"python -m local {name}"


def _is_make_target(name: str) -> bool:
    """Whether the checkout's own make has a target of that name."""
    makefile = ROOT / "Makefile"
    return makefile.exists() and f"\n{name}:" in makefile.read_text(encoding="utf-8")
