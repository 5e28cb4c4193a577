"""Who handles a message: a command, else the pressed button, else the open conversation, else it is a question."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from handlers import ask, flow, joining
from handlers.context import Context
from handlers.flow import Flow
from handlers.message import Incoming, Reply
from handlers.roles import EVERYONE, NOT_YOURS, PRIVATE
from records.conversations import Open
from records.outbox import Outbox

Handler = Callable[[Context, Incoming], Awaitable[tuple[Reply, ...]]]


@dataclass(frozen=True, slots=True)
class Command:
    """A word people type; `text` is its line in the menu, `said` are Chinese words that mean the same.

    What is `private` is not said in a group.
    """

    word: str
    text: str
    handler: Handler
    roles: frozenset[str] = EVERYONE
    said: tuple[str, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """The buttons whose action begins with this word."""

    word: str
    handler: Handler
    roles: frozenset[str] = EVERYONE


@dataclass(frozen=True, slots=True)
class About:
    """The replies to messages whose Reply.about begins with this word; the handler gets the whole of it."""

    word: str
    handler: Callable[[Context, Incoming, str], Awaitable[tuple[Reply, ...]]]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that takes what is typed itself: `hear` an answer to what it asked, None for what is none.

    `aside` replies to the latter where it is no command either.
    """

    name: str
    hear: Callable[[Context, Incoming, Open], Awaitable[tuple[Reply, ...] | None]]
    aside: Callable[[Context, Incoming, Open], Awaitable[tuple[Reply, ...]]]


Wish = Callable[[Context, Incoming], Awaitable[tuple[Reply, ...] | None]]


@dataclass(frozen=True, slots=True)
class House:
    """Everything a person can do: joined in handlers/features.py; `again` goes on where no conversation is open.

    A wish is granted to a text that asks for it in words of its own, and is None for any other.
    """

    commands: tuple[Command, ...]
    presses: tuple[Press, ...]
    flows: tuple[Flow, ...]
    abouts: tuple[About, ...] = ()
    talks: tuple[Talk, ...] = ()
    wishes: tuple[Wish, ...] = ()
    again: Callable[[Context], Awaitable[tuple[Reply, ...]]] | None = None

    def menu(self, role: str) -> list[Command]:
        """The commands of a role, in order."""
        return [command for command in self.commands if role in command.roles]

    async def route(self, context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        """The replies to one message."""
        word, _, _ = incoming.text.strip().partition(" ")
        if context.person is None:
            return await joining.stranger(context, incoming)
        talk, heard = self._talk(context, incoming, word), None
        if talk is not None and context.opened is not None and not incoming.answers:
            heard = await talk.hear(context, incoming, context.opened)
        if heard is not None:
            return heard
        command = self._command(word.lower(), incoming)
        if command is not None and not self._is_answer(context, incoming):
            if command.private and not incoming.private and context.me.role in command.roles:
                return (Reply(PRIVATE),)
            return await self._allowed(command.roles, command.handler, context, incoming)
        if incoming.action and not incoming.action.startswith("flow:"):
            press = next((one for one in self.presses if one.word == incoming.action.partition(":")[0]), None)
            if press is None:
                return (Reply(ask.OVER),)
            return await self._allowed(press.roles, press.handler, context, incoming)
        about = await _about(context, incoming) if incoming.answers and not incoming.action else ""
        for one in self.abouts:
            if one.word == about.partition(":")[0] and context.me.role in one.roles:
                return await one.handler(context, incoming, about)
        opened = context.opened
        if talk is not None and opened is not None:
            heard = await talk.hear(context, incoming, opened) if incoming.answers else None
            return await talk.aside(context, incoming, opened) if heard is None else heard
        found = self._flow(context)
        if opened is not None and found is not None:
            return await flow.resume(context, incoming, found, opened)
        if incoming.action:
            waiting = await self.again(context) if self.again else ()
            return (Reply(flow.OVER), *(one for one in waiting if one.buttons))
        return await self._said(context, incoming, word)

    def _flow(self, context: Context) -> Flow | None:
        """The flow that is open, where this person may still go on with it."""
        name = context.opened.flow if context.opened else ""
        return next((one for one in self.flows if one.name == name and context.me.role in one.roles), None)

    def _is_answer(self, context: Context, incoming: Incoming) -> bool:
        """Whether a Chinese word that is a command elsewhere answers what is asked here, as 今天 a date."""
        found, opened = self._flow(context), context.opened
        if found is None or opened is None or incoming.action or incoming.text.startswith("/"):
            return False
        prompt = found.step(opened.state["facts"], opened.state["answers"])
        return prompt is not None and not prompt.free and flow.reads(prompt, incoming)

    def _talk(self, context: Context, incoming: Incoming, word: str) -> Talk | None:
        """The talk that is open, for what is typed into it."""
        if context.opened is None or incoming.action or incoming.attachments or incoming.place or word.startswith("/"):
            return None
        return next((one for one in self.talks if one.name == context.opened.flow), None)

    async def _said(self, context: Context, incoming: Incoming, word: str) -> tuple[Reply, ...]:
        meant = flow.WORDS.get(incoming.text.strip().lower())
        if meant == "again" and self.again is not None:
            return await self.again(context)
        if meant is not None:
            return (Reply(flow.NOTHING),)
        if word.startswith("/") and word[1:].isascii() and word[1:].replace("_", "").isalnum():
            return (Reply(flow.UNKNOWN),)
        for press in self.presses:
            if incoming.attachments and press.word == "attachment":
                return await self._allowed(press.roles, press.handler, context, incoming)
        for wish in self.wishes:
            if incoming.private and (granted := await wish(context, incoming)) is not None:
                return granted
        return await ask.ask(context, incoming)

    def _command(self, word: str, incoming: Incoming) -> Command | None:
        """The command a text begins with ("/me", "/me@dudao_bot", /store for /stores), or is in Chinese as a whole."""
        plain, wanted = incoming.text.strip().removeprefix("/"), word.partition("@")[0]
        for command in self.commands:
            if wanted == f"/{command.word}" or plain in command.said:
                return command
        return next((command for command in self.commands if f"{wanted}s" == f"/{command.word}"), None)

    async def _allowed(
        self, roles: frozenset[str], handler: Handler, context: Context, incoming: Incoming
    ) -> tuple[Reply, ...]:
        return await handler(context, incoming) if context.me.role in roles else (Reply(NOT_YOURS),)


async def _about(context: Context, incoming: Incoming) -> str:
    """What the message that is replied to speaks of; "" where it is not one of ours."""
    async with context.database.read() as connection:
        shown = await Outbox(connection).shown(incoming.channel, incoming.chat, incoming.answers)
    return str(shown.payload.get("about", "")) if shown else ""
