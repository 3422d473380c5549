"""What ends a simulation that is no finding."""


class SimulationError(BaseException):
    """The simulation itself is wrong, or lacks something: no handler may catch it as its own."""


class NotSimulated(SimulationError):
    """The templates or a handler ask for something that is not simulated."""
