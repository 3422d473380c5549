"""Handlers on moto's tables and queues, their pure rules, and the contracts.

A folder for each domain and one for the runtime; what stands here covers every domain there is.
"""
