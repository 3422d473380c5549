"""Simulates a CDK app from its templates: histories that AWS may make, in virtual time, seeded.

`state` is what tables, queues, streams and buckets keep; `functions` runs the real handlers on it;
`moving` is what carries messages from place to place, late, twice and in any order.
"""
