"""The published language of Crossbus: a module for each domain, with the events it publishes.

`language` is what they are written in. Types are tolerant readers (unknown fields are ignored) with
camelCase field names on the wire. Golden examples stand in `examples/`, generated JSON Schemas in
`schemas/`.
"""
