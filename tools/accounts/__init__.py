"""boto3 clients of an account and region, on AWS and on the local run alike.

`choose` says where: it returns what makes the clients. Nothing here knows an app.
"""

from accounts.choice import choose
from accounts.errors import AccountError
from accounts.model import Accounts

__all__ = ["AccountError", "Accounts", "choose"]
