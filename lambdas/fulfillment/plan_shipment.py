"""Plans the shipment of each order of the queue `shipment-orders`, or notes its cancellation."""

from eventing.function import function
from fulfillment.following import Settings, make

handler = function(make, Settings)
