"""Reports the orders that invoicing knows for long and has not invoiced. It repairs nothing.

It runs each minute, and says how many they are even when there are none.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from eventing.aws import Client
from eventing.function import Handler, function
from eventing.observability import observed
from eventing.unit_of_work import Table
from invoicing import measures, store
from invoicing.invoice import JURISDICTIONS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PATIENCE = timedelta(minutes=30)
"""How long an order may be known before it is invoiced. A queue that stands still has its own alarm
by then.
"""


class Settings(msgspec.Struct):
    table_name: str


def make(settings: Settings, client: Client) -> Handler:
    """Asks the index of what is awaited, jurisdiction by jurisdiction."""
    table = Table(client("dynamodb"), settings.table_name)

    @observed
    def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:  # noqa: ARG001
        before = datetime.now(UTC) - PATIENCE
        names = (jurisdiction.name for jurisdiction in JURISDICTIONS.values())
        measures.report_overdue({name: store.awaited(table, name, before) for name in names})
        return {"batchItemFailures": []}

    return handler


handler = function(make, Settings)
