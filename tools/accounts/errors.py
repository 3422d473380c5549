"""The one error of this package."""


class AccountError(Exception):
    """There are no credentials for an account; the message names it and says what to do."""
