"""The orders domain: takes orders over HTTP, publishes them, follows what becomes of them."""

from stacks.domain_stack import DomainStack

ORDER = {
    "customerId": "c-1",
    "location": "eu-west",
    "lines": [{"sku": "lamp", "quantity": 2, "unitPrice": 3995}],
}


class Orders(DomainStack):
    """HTTP API → orders table → bus `orders`; bus `orders` → queue `order-updates` → the table."""

    def compose(self) -> None:
        table, http = self.table(), self.api()
        may_read, may_change = table.may("GetItem"), table.may("GetItem", "PutItem")
        may_tell = self.outbox().may_write()
        http.route("POST /orders", self.function("place_order", may_change, may_tell), ORDER)
        http.route("GET /orders/{id}", self.function("get_order", may_read))
        http.route("POST /orders/{id}/cancel", self.function("cancel_order", may_change, may_tell))
        may_follow = table.may("BatchGetItem", "GetItem", "PutItem")
        self.consumer("track_order", may_follow, queues=["order-updates"], events=self.observed)
