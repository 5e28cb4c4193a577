"""While someone sits an exam the bot helps them with nothing, on whatever device they ask."""

import math

from handlers.context import Context
from handlers.message import Reply
from records.learning.exams import Exams

SHUT = "您正在考试，交卷前我不回答问题，也不打开原文和练习。发 /exam 回到考试，还剩 {minutes} 分钟。"


async def shut(context: Context) -> Reply | None:
    """What is said instead of help; None while they sit no exam."""
    if context.person is None:
        return None
    now = context.now()
    async with context.database.read() as connection:
        ends = await Exams(connection).under_way(context.person.id, now)
    return None if ends is None else Reply(SHUT.format(minutes=math.ceil((ends - now).total_seconds() / 60)))
