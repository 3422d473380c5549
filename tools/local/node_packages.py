"""The AWS SDK for JavaScript: which handlers need it, and where it comes from.

Lambda's Node.js runtimes hold the AWS SDK, so apps do not bundle it. Here it is taken from the
folder `node_modules` of the app, beside its cloud assembly or above, where `npm install` puts it.
The emulator has small stand-ins of the clients whose services speak JSON, for handlers that
`require` them; without the others, and for those that `import`, a handler cannot start.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

USE = re.compile(r"""\b(require\(|from|import\(?)\s*["'](@aws-sdk/[\w-]+|aws-sdk)["'/]""")
SCRIPTS = frozenset({".js", ".cjs", ".mjs"})


@dataclass(frozen=True)
class Packages:
    """The packages of the SDK that code names and that are not there.

    `missing` are nowhere at all; of those in `standing_in`, the emulator has a stand-in.
    """

    missing: frozenset[str]
    standing_in: frozenset[str]


def folder_of(assembly: Path) -> Path | None:
    """The nearest `node_modules` beside or above an assembly that holds the SDK, or None."""
    for parent in assembly.resolve().parents:
        found = parent / "node_modules"
        if (found / "@aws-sdk").is_dir() or (found / "aws-sdk").is_dir():
            return found
    return None


def provide(assembly: Path, folder: Path) -> None:
    """Lets handlers whose code is unpacked below a folder find the SDK of the assembly's app."""
    found, link = folder_of(assembly), folder / "node_modules"
    if found is not None and not link.is_symlink():
        link.symlink_to(found)


def not_there(code: Path, provided: Path | None, stand_ins: Collection[str]) -> Packages:
    """What a file or folder of code names of the SDK that is neither in it nor provided.

    `provided` is the folder that `folder_of` found, `stand_ins` the packages that the emulator
    has one of.
    """
    places = [code / "node_modules", *([provided] if provided else [])]
    absent = {
        (how, package)
        for how, package in _uses(code)
        if not any((place / package).is_dir() for place in places)
    }
    standing_in = {p for how, p in absent if how == "require(" and p in stand_ins}
    imported = {p for how, p in absent if how != "require("}
    missing = imported | ({package for _, package in absent} - standing_in)
    return Packages(frozenset(missing), frozenset(standing_in - missing))


def _uses(code: Path) -> set[tuple[str, str]]:
    """How the scripts of a folder, without those installed in it, name which packages."""
    files = [code] if code.is_file() else sorted(code.rglob("*"))
    return {
        use
        for file in files
        if file.suffix in SCRIPTS and "node_modules" not in file.relative_to(code).parts
        for use in USE.findall(file.read_text(encoding="utf-8", errors="replace"))
    }
