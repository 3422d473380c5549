"""What the functions of support are run with by the tests that cover every function."""

from contracts.support import CREATED, RESOLVED, UPDATED
from tests.unit.messages import batch
from tests.unit.scenario import Scenario
from tests.unit.support.partner import sent

SCENARIOS = {
    "translate_ticket": Scenario(
        batch(
            sent(CREATED),
            sent(UPDATED),
            sent(UPDATED, id="a second update", status="escalated"),
            sent(RESOLVED),
            sent(RESOLVED, "ticket-2", department="sales"),
        )
    ),
}
