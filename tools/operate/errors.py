"""What ends a command before it is done."""


class OperateError(Exception):
    """Something a person can put right; the message says what is wrong and what to do."""


class Interrupted(BaseException):
    """SIGINT or SIGTERM came: what is held is given back on the way out."""
