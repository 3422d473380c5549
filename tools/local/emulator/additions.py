"""Which additions there are."""

from local.emulator import (
    alarms,
    api_callers,
    api_permissions,
    athena_dialect,
    batch_actions,
    bus_policies,
    call_counts,
    cloudformation_properties,
    cloudformation_types,
    custom_resources,
    event_conditions,
    handler_environment,
    http_api_scope,
    mapping_concurrency,
    mapping_roles,
    node_packages,
    put_events,
    queue_locking,
    queue_metrics,
    readings,
    redrive,
    required_properties,
    rule_targets,
    secure_transport,
    sns_dead_letters,
    stand_ins,
    stream_mappings,
    topic_keys,
)

ADDITIONS = (
    alarms,
    api_callers,
    api_permissions,
    athena_dialect,
    batch_actions,
    bus_policies,
    cloudformation_properties,
    cloudformation_types,
    custom_resources,
    event_conditions,
    handler_environment,
    http_api_scope,
    mapping_concurrency,
    mapping_roles,
    node_packages,
    put_events,
    queue_metrics,
    redrive,
    required_properties,
    rule_targets,
    secure_transport,
    sns_dead_letters,
    stand_ins,
    stream_mappings,
    topic_keys,
    # Near the end, so that what the others put in place is counted.
    call_counts,
    # The last, so that they cover what the others put in place.
    queue_locking,
    readings,
)


def install() -> None:
    """Puts every addition in place; must come before the first request."""
    for addition in ADDITIONS:
        addition.install()
