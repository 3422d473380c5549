"""The one error of this package for what a person can put right."""


class DeployError(Exception):
    """Something a person can put right; the message says what is wrong and what to do."""
