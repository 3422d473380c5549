"""Messages of queues."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Message:
    """A message. `key` says where it came from; `sent` and `visible` are virtual times.

    `arrived` is when it came into the queue that it is in, `tried` when it was received there for
    the third time. One that `kills` ends the process of each function that gets it.
    """

    key: str
    id: str
    body: str
    sent: float
    visible: float
    attributes: dict[str, Any] = field(default_factory=dict)
    group: str | None = None
    deduplication: str | None = None
    trace: str | None = None
    receives: int = 0
    first_received: float = 0.0
    receipt: str = ""
    arrived: float = field(init=False)
    tried: float | None = None
    kills: bool = False

    def __post_init__(self) -> None:
        self.arrived = self.sent

    def copy(self) -> "Message":
        """The same message once more."""
        return Message(
            self.key + "'", self.id, self.body, self.sent, self.visible, self.attributes,
            self.group, self.deduplication, self.trace,
        )  # fmt: skip
