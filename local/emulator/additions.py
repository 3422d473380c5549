"""Which additions there are."""

from local.emulator import (
    cloudformation_properties,
    cloudformation_types,
    put_events,
    rule_targets,
)

ADDITIONS = (cloudformation_properties, cloudformation_types, put_events, rule_targets)


def install() -> None:
    """Puts every addition in place; must come before the first request."""
    for addition in ADDITIONS:
        addition.install()
