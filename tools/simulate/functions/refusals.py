"""What AWS refuses, before a client makes an error of it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulate.wiring import Function
    from simulate.world import World


class Refused(Exception):
    """A call that AWS refuses: the code and message of its error, and what else its answer has."""

    def __init__(self, code: str, message: str = "", **more: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.more = code, message, more


def permitted(world: "World", function: "Function", action: str, arn: str, about: str) -> None:
    """Refused if the function's role may not do this, or what it asks answers with errors."""
    if not world.wiring.may_call(function.role, action, arn) or world.troubles.denied(
        function.arn, arn
    ):
        raise Refused("AccessDeniedException", f"not authorized to perform: {action} on {about}")
    if world.troubles.is_down(arn.partition("/index/")[0]):
        raise Refused("InternalFailure", f"{about} is not available")
