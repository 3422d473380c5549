"""Faults of a running system, switched on and off: each is a context manager that mends at its end.

Where AWS has an API for a fault, that is what brings it about and takes it away; for the others the
emulator has switches of its own. What is changed is put back as it was, also after an exception.
"""

from local.faults.buses import bus_deleted
from local.faults.clock import time_compressed
from local.faults.code import function_raising, function_throttled, mappings_off, table_refusing
from local.faults.instances import calls_struck, instances_killed, instances_paused
from local.faults.policies import (
    bus_statements_removed,
    put_events_denied,
    queue_policy_removed,
    role_policies_removed,
)

__all__ = [
    "bus_deleted",
    "bus_statements_removed",
    "calls_struck",
    "function_raising",
    "function_throttled",
    "instances_killed",
    "instances_paused",
    "mappings_off",
    "put_events_denied",
    "queue_policy_removed",
    "role_policies_removed",
    "table_refusing",
    "time_compressed",
]
