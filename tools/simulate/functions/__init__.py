"""Runs the app's own handlers: their code, their clients, and what becomes of an invocation."""
