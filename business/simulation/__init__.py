"""This business, simulated: what people and partners do, and what must come of it: `make simulate`.

`--business business.simulation` of `simulate` finds here what only the business knows.
"""

from business.simulation.mistakes import MUTATIONS as MUTATIONS
from business.simulation.people import ACTIVE_S as ACTIVE_S
from business.simulation.people import begin as begin
from business.simulation.promises import KINDS as KINDS
from business.simulation.promises import broken as broken
from business.simulation.runtime import handler as handler
from business.simulation.states import went_back as went_back

COUNTED = "orders"
