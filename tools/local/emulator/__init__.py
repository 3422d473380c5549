"""The local AWS: ministack, pinned, with what it lacks added here, one concern a module.

Every addition says in its docstring what AWS does, what ministack does instead, and when the
addition can go. ministack's internals are private, so an addition replaces a name only through
`local.emulator.seams`, which refuses to start when that name is gone: raising the pin of
ministack tells at once which additions must be looked at again.
"""

# What the emulator reads from its input when it shall outlive the process that started it.
STAY = b"stay"
# The environment variable with the organization that all local accounts are members of.
ORGANIZATION_VARIABLE = "LOCAL_ORGANIZATION"
# Where the tool asks its emulator for what no API of AWS tells.
CONTROL_PATH = "/_local/"
