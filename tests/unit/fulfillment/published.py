"""What the fulfillment domain publishes, as tests of fulfillment and its consumers need it."""

from contracts.fulfillment import OrderShipped


def order_shipped(order_id: str = "order-1", shipment_id: str = "shipment-1") -> OrderShipped:
    """The shipment of an order is on its way."""
    return OrderShipped(order_id=order_id, shipment_id=shipment_id)
