"""How a name such as `gift-cards` is written where other rules hold."""

import re


def module_name(domain: str) -> str:
    """The Python module or package of a domain: `gift_cards`."""
    return domain.replace("-", "_")


def construct_id(name: str) -> str:
    """The id of a construct, and the class of a domain's stack: `GiftCards`, `PlaceOrder`."""
    return "".join(word.capitalize() for word in re.split("[-_.]", name))
