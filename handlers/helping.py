"""Help: what the bot is for, and what this person can do with it."""

from handlers import stores
from handlers.context import Context
from handlers.joining import ALREADY, STORE_LINK, code_of
from handlers.message import Incoming, Reply
from handlers.roles import PRIVATE

WELCOME = (
    "我是督导助手。直接问标准和流程就行，例如：客户进店多久内要有人接待？\n回答都带出处；文件里没有的，我会说不知道。"
)
GUIDE = "{welcome}\n\n您还可以用：\n{commands}"


async def start(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """What the bot is for, or the store whose link was opened; an invite is of no more use."""
    code = code_of(incoming.text)
    if code.startswith(STORE_LINK):
        if not incoming.private:
            return (Reply(PRIVATE),)
        return await stores.linked(context, code)
    return (Reply(ALREADY if code else WELCOME),)


async def guide(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """The commands of this person's role."""
    lines = [f"- /{word} {text}" for word, text in context.deployment.menu(context.me.role)]
    return (Reply(GUIDE.format(welcome=WELCOME, commands="\n".join(lines))),)
