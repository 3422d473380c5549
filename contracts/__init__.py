"""The published language of Crossbus: every event a domain may observe, one module per producer.

Types are tolerant readers (unknown fields are ignored) with camelCase field names on the wire.
Golden examples stand in `examples/`, generated JSON Schemas in `schemas/`.
"""
