"""What ends a simulation that is no finding."""


class SimulationError(BaseException):
    """The simulation itself is wrong, or lacks something: no handler may catch it as its own."""


class Stale(SimulationError):
    """A mistake cannot be made any more: what it changes is not there."""


class NotSimulated(SimulationError):
    """The templates or a handler ask for something that is not simulated."""
