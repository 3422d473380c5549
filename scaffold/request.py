"""What is asked for: a domain's name and account, what it observes and what it publishes."""

import json
import keyword
import re
from dataclasses import dataclass
from importlib.util import find_spec

from stacks.names import construct_id, module_name
from stacks.subscriptions import PUBLISHED, SOURCES
from stacks.topology import CONFIG, DOMAINS

DEFAULT_BUS = "default"
"""The bus that each account has already.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
"""


class InvalidRequest(ValueError):
    """An argument: its name, its value and what was expected."""

    def __init__(self, argument: str, value: object, expected: str) -> None:
        super().__init__(f"{argument}: {value!r} is not valid, expected {expected}")


@dataclass(frozen=True)
class Request:
    """A domain to be made. `observes` has pairs of producer and detail-type."""

    name: str
    account: str
    observes: tuple[tuple[str, str], ...]
    publishes: str

    @property
    def module(self) -> str:
        """The name of its Python modules and packages."""
        return module_name(self.name)

    @property
    def source(self) -> str:
        """What stands as `source` in its events."""
        return source_of(self.name)


def source_of(name: str) -> str:
    """The source of the events of a domain of this name."""
    return f"{name}-service"


def request_for(name: str, observes: str, publishes: str, account: str) -> Request:
    """The request that the arguments make. InvalidRequest, naming the argument, if none."""
    _require_new_name(name)
    published = publishes or f"{construct_id(name)}Noted"
    if not re.fullmatch(r"([A-Z][a-z0-9]*){2,8}", published):
        raise InvalidRequest("PUBLISHES", published, "a detail-type such as GiftCardIssued")
    return Request(name, _account(account), _observed(observes), published)


def _require_new_name(name: str) -> None:
    expected = (
        "words of a-z and 0-9 that begin with a letter, joined by -, "
        "of 20 characters at most, such as gift-cards"
    )
    if len(name) > 20 or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*", name):
        raise InvalidRequest("NAME", name, expected)
    if name in DOMAINS:
        raise InvalidRequest("NAME", name, f"a new name; there are {', '.join(DOMAINS)}")
    if name == DEFAULT_BUS:
        raise InvalidRequest("NAME", name, "another: each account has a bus of this name already")
    if keyword.iskeyword(module_name(name)) or find_spec(module_name(name)):
        raise InvalidRequest(
            "NAME", name, "a name that no Python module has already, and no keyword"
        )
    for domain, source in SOURCES.items():
        if source == source_of(name):
            raise InvalidRequest("NAME", name, f"another: {source} is the source of {domain}")


def _observed(observes: str) -> tuple[tuple[str, str], ...]:
    known = sorted(f"{producer}:{detail_type}" for producer, detail_type in PUBLISHED)
    found = []
    for one in observes.split(","):
        producer, _, detail_type = one.strip().partition(":")
        if (producer, detail_type) not in PUBLISHED:
            raise InvalidRequest("OBSERVES", one, f"one or more of {', '.join(known)}")
        found.append((producer, detail_type))
    return tuple(dict.fromkeys(found))


def _account(given: str) -> str:
    context = json.loads(CONFIG.read_text())["context"]
    taken = {*context["accounts"].values(), context["monitoring"]}
    free = [digit * 12 for digit in "123456789" if digit * 12 not in taken]
    account = given or next(iter(free), "")
    if not re.fullmatch(r"[0-9]{12}", account):
        raise InvalidRequest("ACCOUNT", account, "an AWS account id of 12 digits")
    return account
