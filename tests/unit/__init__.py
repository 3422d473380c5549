"""Handlers on moto's tables and queues, their pure rules, and the contracts."""
