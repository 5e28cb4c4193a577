"""What is to be seen of a turn when it is done: how it went and how long it took, never what was said."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.logs import chat_id, event
from handlers.message import Incoming, Reply

DONE, FAILED, LIMITED, SILENT = "done", "failed", "limited", "silent"
_WORD = re.compile(r"[a-z_]{1,32}", re.ASCII)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """A turn that has committed: `inbox` is its message's row, `outcome` one of the four above."""

    incoming: Incoming
    replies: Sequence[Reply]
    inbox: int
    seconds: float
    outcome: str

    @property
    def kind(self) -> str:
        """What the message was, with its command or the button's verb: "text", "/start", "press:rate", "photo"."""
        incoming = self.incoming
        if incoming.action:
            verb = _WORD.match(incoming.action)
            return f"press:{verb.group()}" if verb else "press"
        if incoming.text.startswith("/"):
            command = _WORD.match(incoming.text, 1)
            return f"/{command.group()}" if command else "text"
        if incoming.attachments:
            return incoming.attachments[0].kind
        return "place" if incoming.place else "text"


def log_turn(done: Done) -> None:
    """The one line of a turn."""
    incoming = done.incoming
    event(
        log,
        "turn",
        channel=incoming.channel,
        chat=chat_id(incoming.channel, incoming.chat),
        inbox=done.inbox,
        kind=done.kind,
        outcome=done.outcome,
        replies=len(done.replies),
        seconds=round(done.seconds, 3),
        private={"person": incoming.person, "text": incoming.text, "said": [reply.text for reply in done.replies]},
    )
