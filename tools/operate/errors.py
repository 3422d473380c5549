"""The one error of the commands."""


class OperateError(Exception):
    """Something a person can put right; the message says what is wrong and what to do."""
