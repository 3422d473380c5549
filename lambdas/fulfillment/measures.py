"""What fulfillment tells of what it did: a line of log a dispatch, and metrics of business."""

from contracts.orders import TEST_CUSTOMER
from eventing.observability import logger, metrics
from fulfillment.shipment import Shipment


def report(dispatched: Shipment) -> None:
    """Logs a dispatch, and counts it with the time since its order, if it is business."""
    plan, at = dispatched.plan, dispatched.dispatched_at
    if plan is None or at is None:
        raise ValueError(f"the shipment of {dispatched.order_id} is not dispatched")
    logger.info(
        "OrderShipped",
        order_id=dispatched.order_id,
        shipment_id=plan.shipment_id,
        correlation_id=plan.correlation_id,
        event_id=plan.causation_id,
    )
    if plan.customer_id != TEST_CUSTOMER:
        took = max(0.0, (at - plan.placed_at).total_seconds())
        metrics.add_metric(name="ShipmentsDispatched", unit="Count", value=1)
        metrics.add_metric(name="OrderToShipment", unit="Seconds", value=took)
