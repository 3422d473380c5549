"""Measures an event-driven app: start-up, CPU and memory of functions, the local run under load.

`python -m bench` measures; nothing here asserts. Machines are noisy, so what matters is a ratio to
something measured in the same run.
"""
