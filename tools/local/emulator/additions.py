"""Which additions there are."""

from importlib import import_module

ADDITIONS = (
    "alarm_events",
    "alarms",
    "api_callers",
    "api_permissions",
    "athena_dialect",
    "batch_actions",
    "bus_policies",
    "change_sets",
    "cloudformation_properties",
    "cloudformation_types",
    "custom_resources",
    "described_buses",
    "embedded_metrics",
    "event_conditions",
    "faults",
    "function_logs",
    "function_roles",
    "handler_environment",
    "http_api_scope",
    "identifiers",
    "mapping_concurrency",
    "mapping_roles",
    "monitoring_links",
    "node_packages",
    "pooled_threads",
    "principal_arns",
    "put_events",
    "queue_metrics",
    "redrive",
    "remembered",
    "required_properties",
    "rule_targets",
    "replays",
    "secure_transport",
    "sns_dead_letters",
    "stand_ins",
    "stream_mappings",
    "stream_retention",
    "topic_keys",
    # Near the end, so that what the others put in place is counted.
    "call_counts",
    # The last, so that they cover what the others put in place.
    "queue_locking",
    "readings",
)
"""The modules beside this one, in the order in which they are put in place."""


def install() -> None:
    """Puts every addition in place; must come before the first request."""
    for name in ADDITIONS:
        import_module(f"local.emulator.{name}").install()
