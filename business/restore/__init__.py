"""Brings invoicing's table back to a point in time: numbers that were announced stay as they are.

`rules` decides, without AWS; `evidence` finds what was announced; `copying` writes.
"""
