"""Numbers, whatever the order of the requests, their repetition and their batches."""

import re
from itertools import pairwise
from typing import Any, NamedTuple, get_args

from hypothesis import given
from hypothesis import strategies as st

from contracts.invoicing import InvoiceIssued, InvoiceVoided
from contracts.language.types import Location
from eventing.events import Event, decode
from invoicing import invoice
from invoicing.invoice import Cancellation, Draft
from invoicing.numbering import Counters, Invoice, number
from tests.unit.messages import AT, event
from tests.unit.orders.published import order_cancelled, order_placed

LOCATIONS: tuple[Location, ...] = get_args(Location)


class Order(NamedTuple):
    """An order of the model: where it was placed, and whether it was, and was cancelled."""

    location: Location
    placed: bool
    cancelled: bool


Batches = list[list[Draft | Cancellation]]
Traffic = tuple[dict[str, Order], Batches]


class Books:
    """The table, as far as numbering needs it: what each batch changes is kept."""

    def __init__(self) -> None:
        self.invoices: dict[str, Invoice] = {}
        self.counters: dict[str, Counters] = {}
        self.events: list[Event] = []

    def answer(self, batch: list[Draft | Cancellation]) -> None:
        """Numbers a batch, jurisdiction by jurisdiction, as the handler does."""
        for jurisdiction in dict.fromkeys(request.jurisdiction for request in batch):
            requests = [one for one in batch if one.jurisdiction == jurisdiction]
            counters = self.counters.get(jurisdiction, Counters())
            numbered = number(requests, self.invoices, counters, AT)
            self.invoices |= numbered.invoices
            self.counters[jurisdiction] = numbered.counters
            self.events += numbered.events

    def given(self, field: str) -> list[str]:
        """The numbers of all invoices, or of all credit notes, that were given."""
        return [found for book in self.invoices.values() if (found := getattr(book, field))]

    def without_numbers(self) -> dict[str, Any]:
        """What the books say in the end, but for which number went to which order."""
        return {
            order_id: (
                book.draft and book.draft.total,
                book.invoice_number is not None,
                book.credit_note_number is not None,
            )
            for order_id, book in self.invoices.items()
        }


def asked(order_id: str, order: Order) -> list[Draft | Cancellation]:
    data: list[Any] = []
    if order.placed:
        data.append(order_placed(order_id, order.location))
    if order.cancelled:
        data.append(order_cancelled(order_id, order.location))
    return [invoice.request_for(decode(event(one))) for one in data]


@st.composite
def traffic(draw: st.DrawFn) -> Traffic:
    """Orders, and their requests in any order, any number of times, in batches of any size."""
    orders = draw(
        st.lists(
            st.builds(Order, st.sampled_from(LOCATIONS), st.booleans(), st.booleans()), max_size=12
        )
    )
    by_id = {f"order-{n}": order for n, order in enumerate(orders)}
    requests = [one for order_id, order in by_id.items() for one in asked(order_id, order)]
    if requests:
        requests += draw(st.lists(st.sampled_from(requests), max_size=12))
    shuffled = draw(st.permutations(requests))
    cuts = sorted(draw(st.sets(st.integers(0, len(shuffled)), max_size=8)))
    edges = [0, *cuts, len(shuffled)]
    batches = [shuffled[i:j] for i, j in pairwise(edges)]
    return by_id, batches


def books_of(batches: Batches) -> Books:
    books = Books()
    for batch in batches:
        books.answer(batch)
    return books


def assert_no_gap_and_no_duplicate(numbers: list[str]) -> None:
    """Each sequence, such as IE- or IE-CN-, is 1, 2, 3 … with each number once."""
    sequences: dict[str, list[int]] = {}
    for one in numbers:
        sequence, digits = one.rsplit("-", 1)
        sequences.setdefault(sequence, []).append(int(digits))
    for sequence, counted in sequences.items():
        assert sorted(counted) == list(range(1, len(counted) + 1)), sequence


@given(traffic())
def test_numbers_have_no_gaps_and_no_duplicates(
    given_traffic: Traffic,
) -> None:
    books = books_of(given_traffic[1])
    assert_no_gap_and_no_duplicate(books.given("invoice_number"))
    assert_no_gap_and_no_duplicate(books.given("credit_note_number"))
    for jurisdiction, counters in books.counters.items():
        drafted = [one for one in books.given("invoice_number") if one.startswith(jurisdiction)]
        assert counters.invoices == len(drafted)


@given(traffic())
def test_each_placed_order_has_one_invoice_and_each_cancelled_one_a_credit_note(
    given_traffic: Traffic,
) -> None:
    orders, batches = given_traffic
    books = books_of(batches)
    for order_id, order in orders.items():
        book = books.invoices.get(order_id)
        assert bool(book and book.invoice_number) == order.placed
        assert bool(book and book.credit_note_number) == (order.placed and order.cancelled)


@given(traffic())
def test_each_number_is_announced_once(
    given_traffic: Traffic,
) -> None:
    books = books_of(given_traffic[1])
    data = [event.data for event in books.events]
    issued = [one.invoice_number for one in data if isinstance(one, InvoiceIssued)]
    voided = [one.credit_note_number for one in data if isinstance(one, InvoiceVoided)]
    assert sorted(issued) == sorted(books.given("invoice_number"))
    assert sorted(voided) == sorted(books.given("credit_note_number"))
    assert len({event.metadata.id for event in books.events}) == len(issued) + len(voided)


@given(traffic())
def test_the_books_are_the_same_whatever_the_order_and_the_batches(
    given_traffic: Traffic,
) -> None:
    orders, batches = given_traffic
    in_order = [one for order_id, order in orders.items() for one in asked(order_id, order)]
    assert books_of(batches).without_numbers() == books_of([in_order]).without_numbers()


@given(traffic())
def test_asking_all_of_it_again_changes_nothing(
    given_traffic: Traffic,
) -> None:
    batches = given_traffic[1]
    once, twice = books_of(batches), books_of([*batches, *batches])
    assert (once.invoices, once.counters) == (twice.invoices, twice.counters)
    assert len(once.events) == len(twice.events)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.sampled_from(LOCATIONS)), max_size=20)
)
def test_orders_whose_messages_contradict_each_other_take_no_number_twice(
    messages: list[tuple[bool, int, Location]],
) -> None:
    books = Books()
    for placed, n, location in messages:
        data: Any = (order_placed if placed else order_cancelled)(f"order-{n}", location)
        books.answer([invoice.request_for(decode(event(data)))])
    assert_no_gap_and_no_duplicate(books.given("invoice_number"))
    assert_no_gap_and_no_duplicate(books.given("credit_note_number"))


def test_a_number_says_its_jurisdiction_and_its_kind() -> None:
    books = books_of([asked("order-1", Order("us-west", placed=True, cancelled=True))])
    (book,) = books.invoices.values()
    assert re.fullmatch(r"US-CA-\d{6}", book.invoice_number or "")
    assert re.fullmatch(r"US-CA-CN-\d{6}", book.credit_note_number or "")
