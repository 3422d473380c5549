"""What a person is told who has brought the system up."""

from local import clients
from local.system import Domain, System

ORDER = (
    '{"customerId": "c-1", "location": "eu-west", '
    '"lines": [{"sku": "lamp", "quantity": 2, "unitPrice": 3995}]}'
)


def where(system: System) -> str:
    """One line: the endpoint, and the account of each domain."""
    places = (f"{d.name} in account {d.account}" for d in system.domains.values())
    return f"Crossbus is deployed on {system.endpoint}: {', '.join(places)}\n"


def how_to_use(system: System) -> str:
    """Commands to paste: to place an order and see it, to look at a queue, to stop.

    It asks nothing of the system, and leaves out what that has not: it cannot fail.
    """
    parts = [f"Crossbus is running on {system.endpoint}"]
    orders = system.domains.get("orders")
    if orders is not None and "ApiUrl" in orders.outputs:
        parts.append(_api(system, orders))
    if orders is not None:
        parts.append(_queue(system, orders))
    return "\n\n".join([*parts, "Stop it:\n  make down"])


def _api(system: System, orders: Domain) -> str:
    signed = (
        f"curl --aws-sigv4 aws:amz:{orders.region}:execute-api "
        f"--user {orders.account}:{clients.SECRET}"
    )
    return f"""\
The orders API:
  {system.api_url()}

Place an order, and see its invoice number a moment later:
  {signed} -d '{ORDER}' '{system.api_url()}/orders'
  {signed} '{system.api_url()}/orders/ORDER_ID'"""


def _queue(system: System, orders: Domain) -> str:
    queue = system.emulator_url(f"{orders.account}/order-updates")
    return f"""\
Look at a queue with the aws CLI; the access key id is the account id:
  export AWS_ENDPOINT_URL={system.endpoint} AWS_DEFAULT_REGION={orders.region}
  export AWS_ACCESS_KEY_ID={orders.account} AWS_SECRET_ACCESS_KEY={clients.SECRET}
  aws sqs list-queues --endpoint-url $AWS_ENDPOINT_URL
  aws sqs get-queue-attributes --endpoint-url $AWS_ENDPOINT_URL \\
    --queue-url {queue} --attribute-names All"""
