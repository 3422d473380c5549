"""Holds a shipment while a ticket of the queue `shipment-tickets` is open, and then releases it."""

from eventing.function import function
from fulfillment.plan_shipment import Settings, make

handler = function(make, Settings)
