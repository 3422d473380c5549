"""Every handler's module, imported as Lambda does: with the environment of its function.

The environment is gone again afterwards. moto comes first, so that it sees the modules' clients.
"""

import moto as moto
import pytest

TABLE = "table"
BUCKET = "documents"
BUS = "bus"
REGION = "eu-west-1"
ACCOUNT = "123456789012"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:documents"
NUMBERING_QUEUE = "invoice-numbering.fifo"
NUMBERING_QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{NUMBERING_QUEUE}"

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_SERVICE_NAME": "unit",
    "TABLE_NAME": TABLE,
    "BUS_NAME": BUS,
    "BUCKET_NAME": BUCKET,
    "TOPIC_ARN": TOPIC_ARN,
    "NUMBERING_QUEUE_URL": NUMBERING_QUEUE_URL,
}


def set_environment(patch: pytest.MonkeyPatch) -> None:
    """Sets what a function finds in its environment."""
    for name, value in ENVIRONMENT.items():
        patch.setenv(name, value)


with pytest.MonkeyPatch.context() as at_import:
    set_environment(at_import)
    from eventing import publisher
    from invoicing import issue_invoice, number_invoice, render_invoice
    from invoicing import publish_events as publish_invoicing
    from orders import cancel_order, get_order, place_order, track_order
    from orders import publish_events as publish_orders

__all__ = [
    "cancel_order",
    "get_order",
    "issue_invoice",
    "number_invoice",
    "place_order",
    "publish_invoicing",
    "publish_orders",
    "publisher",
    "render_invoice",
    "set_environment",
    "track_order",
]
