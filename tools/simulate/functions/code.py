"""Loads the modules of a function from its asset, as they would be deployed.

Each asset has its own copy of what assets share, as on AWS. Bytecode is not written: an asset's
folder stays what it is. A mutation is a change of the text that is loaded.
"""

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from simulate.errors import Stale
from simulate.functions import virtual

Patches = Mapping[str, Sequence[tuple[str, str]]]
"""What is replaced in the texts of modules, by their paths below an asset: from, to."""

_compiled: dict[tuple[str, str], CodeType] = {}


class Code:
    """The modules of one asset."""

    def __init__(self, asset: Path, patches: Patches) -> None:
        self._finder = _Finder(asset, patches)
        self._modules: dict[str, ModuleType] = {}

    def module(self, name: str) -> ModuleType:
        """A module with its imports, all of this asset."""
        with self._in_place():
            return importlib.import_module(name)

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        """Modules of one name may be of several assets: those of this one are in place meanwhile.

        A module that is not of the asset but has the name of one of its, is put back after.
        """
        tops = {path.stem for path in self._finder.asset.iterdir()}
        others = {name: sys.modules.pop(name) for name in _under(tops)}
        sys.modules.update(self._modules)
        sys.meta_path.insert(0, self._finder)
        try:
            yield
        finally:
            sys.meta_path.remove(self._finder)
            for name in _under(tops):
                module = sys.modules.pop(name)
                if name not in self._modules:
                    virtual.put_into(module)
                self._modules[name] = module
            sys.modules.update(others)


def _under(tops: set[str]) -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] in tops]


class _Finder(MetaPathFinder, Loader):
    """Finds modules in an asset, and executes their patched text."""

    def __init__(self, asset: Path, patches: Patches) -> None:
        self.asset = asset
        self._patches = patches

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        stem = self.asset / fullname.replace(".", "/")
        for file in (stem / "__init__.py", stem.with_suffix(".py")):
            if file.is_file():
                return spec_from_file_location(
                    fullname,
                    file,
                    loader=self,
                    submodule_search_locations=[str(stem)] if file.parent == stem else None,
                )
        return None

    def exec_module(self, module: ModuleType) -> None:
        file = Path(str(module.__file__))
        where = file.relative_to(self.asset).as_posix()
        text = file.read_text(encoding="utf-8")
        for old, new in self._patches.get(where, ()):
            if old not in text:
                raise Stale(f"{where} has no {old!r} that could be replaced")
            text = text.replace(old, new)
        if (where, text) not in _compiled:
            _compiled[where, text] = compile(text, where, "exec")
        exec(_compiled[where, text], module.__dict__)
