"""Proves from a CDK cloud assembly who gets which event. Each layer imports those before it only.

`reading` an assembly and what its values are; `filters` and how they match; the `network` of places
and hops; `access`, whether policies let a hop happen; `journeys` of events through it all; `checks`
of what is wrong; the `order` in which stacks deploy; and what is `shown`.
"""

LAYERS = ("reading", "filters", "network", "access", "journeys", "checks", "order", "shown")
