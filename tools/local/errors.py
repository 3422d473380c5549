"""The one error the local run raises for what its user can put right."""


class LocalRunError(Exception):
    """Something a person can put right; the message says what is wrong and what to do."""
