"""What a function's stack gives it as environment is what its module asks for."""

import json
import os
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType

import msgspec
import pytest

from tests.unit.deployed import DOMAINS, Deployed, Function, is_of_the_runtime
from tests.unit.tree import LAMBDAS, is_handler, modules

OF_THE_RUNTIME = "POWERTOOLS_"
"""What the variables begin with that the logger and the metrics read, and no module."""

pytestmark = pytest.mark.parametrize("domain", DOMAINS)


@pytest.fixture
def functions(deployed: dict[str, Deployed], domain: str) -> list[Function]:
    """Every function of the domain."""
    return list(deployed[domain].functions.values())


def required(module: ModuleType) -> set[str]:
    """The variables without which the module's function cannot start."""
    fields = msgspec.structs.fields(module.Settings)
    return {field.name.upper() for field in fields if field.required}


def known(module: ModuleType) -> set[str]:
    """The variables that the module's function reads."""
    return {name.upper() for name in module.Settings.__struct_fields__}


def run_anew(name: str) -> ModuleType:
    """The module, executed once more as at a cold start, beside the one that is imported."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_function_s_module_can_be_imported_and_made(
    functions: list[Function], subtests: pytest.Subtests
) -> None:
    for function in functions:
        with subtests.test(function.name):
            path = f"lambdas/{function.module.replace('.', '/')}.py"
            assert find_spec(function.module), f"{function.name} is deployed: expected {path}"
            module = import_module(function.module)
            for name in ("make", "Settings", "handler"):
                assert hasattr(module, name), f"{path} has no {name}"


def test_every_module_of_a_function_is_deployed(functions: list[Function], domain: str) -> None:
    package = domain.replace("-", "_")
    deployed = {function.module for function in functions}
    there = {f"{package}.{path.stem}" for path in modules(LAMBDAS / package) if is_handler(path)}
    assert there - deployed == set(), f"no function of stacks/{package}.py has these handlers"


def test_the_environment_is_what_the_module_asks_for(
    functions: list[Function], subtests: pytest.Subtests
) -> None:
    for function in functions:
        with subtests.test(function.name):
            given = {name for name in function.environment if not name.startswith(OF_THE_RUNTIME)}
            module = import_module(function.module)
            assert required(module) - given == set(), "missing in the stack: a grant gives them"
            assert given - known(module) == set(), "no field of Settings: what needs the grant?"


def test_every_value_of_the_environment_is_of_the_type_that_is_read(
    deployed: dict[str, Deployed],
    domain: str,
    functions: list[Function],
    subtests: pytest.Subtests,
) -> None:
    for function in functions:
        with subtests.test(function.name):
            model = import_module(function.module).Settings
            assert isinstance(deployed[domain].settings(function, model), model)


def test_a_consumer_knows_each_of_its_sources_and_where_dead_letters_go(
    deployed: dict[str, Deployed],
    domain: str,
    functions: list[Function],
    subtests: pytest.Subtests,
) -> None:
    here = deployed[domain]
    queues = here.of("AWS::SQS::Queue")
    for function in functions:
        if is_of_the_runtime(function):
            continue
        with subtests.test(function.name):
            given = json.loads(here.resolve(function.environment.get("QUEUES", "{}")))
            assert given == {
                here.arn(source): {"dead_letters": here.url(here.dead_letters_of(source)[0])}
                | ({"url": here.url(source)} if source in queues else {})
                for source in here.sources_of(function)
                if not (source in queues and here.is_scheduled(source))
            }


def test_on_lambda_a_missing_variable_is_named_when_the_module_is_imported(
    functions: list[Function], subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    for function in functions:
        for missing in required(import_module(function.module)):
            with subtests.test(function.name, missing=missing), monkeypatch.context() as patch:
                for name in function.environment:
                    patch.setitem(os.environ, name, "given")
                patch.setenv("AWS_LAMBDA_FUNCTION_NAME", function.name)
                patch.delenv(missing)
                model = import_module(function.module).Settings
                expected = f"environment of {model.__module__}: .*`{missing.lower()}`"
                with pytest.raises(RuntimeError, match=expected):
                    run_anew(function.module)
