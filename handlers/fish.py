"""The fishbone in talk."""

from handlers.context import Context
from handlers.message import Incoming, Reply


async def begin(context: Context, incoming: Incoming, number: int) -> tuple[Reply, ...]:
    """Go on with a fishbone."""
    raise NotImplementedError
