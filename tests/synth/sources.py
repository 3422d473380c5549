"""What the source code says, read and not run: handlers, contracts, and what a handler calls."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def handler_modules(folder: Path) -> set[str]:
    """The modules of a package that are handlers: those with `handler = function(…)`."""
    return {path.stem for path in folder.glob("*.py") if _makes_handler(_parsed(path))}


def has(module: Path, attribute: str) -> bool:
    """Whether a module assigns or defines a name."""
    return any(attribute in _defined(statement) for statement in _parsed(module).body)


def contract_modules(contracts: Path) -> dict[str, Path]:
    """The modules of the contracts by what they say is the source of their events."""
    return {
        statement.value.value: path
        for path in contracts.glob("*.py")
        for statement in _parsed(path).body
        if isinstance(statement, ast.Assign)
        and "SOURCE" in _defined(statement)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    }


def clients_made(module: Path) -> set[str]:
    """The services that a module makes clients of: `client("sqs")`."""
    return {
        argument.value
        for node in ast.walk(_parsed(module))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "client"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def names_reached(folder: Path, module: str) -> set[str]:
    """The methods and texts in a module, and in what it reaches in modules of the folder.

    Names that are imported or defined are followed to where they are; a method of an object, to
    every class that has one of its name. So it finds too much rather than too little.
    """
    start = _Module(folder, _file(folder, module))
    modules = _closure(start)
    methods: dict[str, list[Found]] = {}
    for each in modules.values():
        for node in ast.walk(each.tree):
            if isinstance(node, ast.ClassDef):
                for one in node.body:
                    if isinstance(one, ast.FunctionDef):
                        methods.setdefault(one.name, []).append((each, one))
    names: set[str] = set()
    seen: set[int] = set()
    todo: list[Found] = [(start, start.tree)]
    while todo:
        within, node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for each_name in within.names(node):
            if isinstance(each_name, str):
                names.add(each_name)
                todo += methods.get(each_name, [])
            else:
                path, name = each_name
                todo += _definitions(modules[path], name) if path in modules else []
    return names


class _Module:
    """A file, and what the names in it stand for."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder = folder
        self.path = path
        self.tree = _parsed(path)
        self.modules: dict[str, Path] = {}
        self.imported: dict[str, tuple[Path, str]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    file = _file(folder, f"{node.module}.{alias.name}")
                    if file.is_file():
                        self.modules[alias.asname or alias.name] = file
                    else:
                        origin = (_file(folder, node.module), alias.name)
                        self.imported[alias.asname or alias.name] = origin
        own = (one for statement in self.tree.body for one in _defined(statement))
        self.imported |= {name: (path, name) for name in own}

    def names(self, node: ast.AST) -> Iterator[str | tuple[Path, str]]:
        """A method or text as it is; a name that is defined somewhere, with the file of that."""
        for each in ast.walk(node):
            if isinstance(each, ast.Attribute):
                value = each.value
                if isinstance(value, ast.Name) and value.id in self.modules:
                    yield self.modules[value.id], each.attr
                else:
                    yield each.attr
            elif isinstance(each, ast.Name) and each.id in self.imported:
                yield self.imported[each.id]
            elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


Found = tuple[_Module, ast.AST]


def _definitions(module: _Module, name: str) -> list[Found]:
    """What a name stands for in a module. Of a class: how one is made."""
    if name in module.imported and module.imported[name][0] != module.path:
        return []
    found: list[Found] = []
    for statement in module.tree.body:
        if name in _defined(statement):
            if isinstance(statement, ast.ClassDef):
                found += [(module, one) for one in statement.body if _defined(one) == {"__init__"}]
            else:
                found.append((module, statement))
    return found


def _closure(start: _Module) -> dict[Path, _Module]:
    """The module and those in its folder that it imports, however far."""
    found: dict[Path, _Module] = {}
    todo = [start.path]
    while todo:
        path = todo.pop()
        if path not in found and path.is_file():
            found[path] = module = _Module(start.folder, path)
            todo += [*module.modules.values(), *(file for file, _ in module.imported.values())]
    return found


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _makes_handler(module: ast.Module) -> bool:
    return any(
        "handler" in _defined(statement)
        and isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func) == "function"
        for statement in module.body
    )


def _defined(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.Assign):
        return {one.id for one in statement.targets if isinstance(one, ast.Name)}
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return {statement.target.id}
    return {getattr(statement, "name", "")}


def _file(folder: Path, module: str) -> Path:
    return folder / f"{module.replace('.', '/')}.py"
