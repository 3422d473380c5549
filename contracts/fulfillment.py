"""What the fulfillment domain publishes (source `fulfillment-service`)."""

from contracts.language.types import Contract, Identifier, Version

SOURCE = "fulfillment-service"


class OrderShipped(Contract, frozen=True):
    """Version 1.0, sparse: the shipment of an order is on its way. Ids only: who observes it has
    what else it needs from OrderPlaced.
    """

    order_id: Identifier
    shipment_id: Identifier


EVENTS = (Version("OrderShipped", "1.0", OrderShipped),)
