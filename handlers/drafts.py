"""What someone has begun and not finished: it waits, and is taken up again on any device."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers import flow, typed
from handlers.context import Context
from handlers.flow import Flow
from handlers.message import Button, Incoming, Reply, clipped, id_in
from records.conversations import Conversations, Draft

OPEN = "做到一半的有 {n} 件，点一件接着做。"
LINE = "接着做：{title}"
DROPPED, GONE = "已删掉：{title}。", "这件事已经做完或删掉了。"
SURE = "确定删掉“{title}”吗？答过的都会没有。"
SURE_STAYS = "不再接着做“{title}”吗？{stays}，只是发“继续”时不再提。"
PUT_AWAY = "好，不再提了。{stays}。"
DROP, KEEP = "确定删掉", "留着"
_SHOWN, _LONGEST = 6, 40


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of the flows that are kept."""

    flows: Sequence[Flow]

    async def offered(self, context: Context, name: str = "") -> tuple[Reply, ...]:
        """What this person can go on with, of one flow or of all; nothing where there is nothing."""
        async with context.database.read() as connection:
            found = await Conversations(connection).drafts(context.me.id)
        mine = [one for one in found if self._flow(context, one) is not None and name in ("", one.flow)]
        rows = tuple((Button(LINE.format(title=_short(one)), f"draft:{one.id}"),) for one in mine[:_SHOWN])
        return (Reply(OPEN.format(n=len(mine)), buttons=rows),) if mine else ()

    async def again(self, context: Context) -> tuple[Reply, ...]:
        """“继续” where no conversation is open."""
        return await self.offered(context) or (Reply(flow.NOTHING),)

    async def press(self, context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        """draft:<id> goes on, draft:<id>:drop asks, draft:<id>:gone throws it away, draft:<id>:keep does not."""
        number, _, what = incoming.action.removeprefix("draft:").partition(":")
        async with context.database.read() as connection:
            draft = await Conversations(connection).draft(id_in(number))
        found = self._flow(context, draft) if draft is not None else None
        if draft is None or found is None or draft.person_id != context.me.id:
            return (Reply(GONE),)
        title = typed.inert(draft.title)
        if what == "drop":
            ways = (Button(DROP, f"draft:{draft.id}:gone"), Button(KEEP, f"draft:{draft.id}:keep"))
            sure = (SURE_STAYS if found.stays else SURE).format(title=title, stays=found.stays)
            return (Reply(sure, buttons=(ways,), replaces=True),)
        if what == "gone":
            gone = await Conversations(await context.write()).drop(draft.id)
            dropped = (PUT_AWAY if found.stays else DROPPED).format(title=title, stays=found.stays)
            return (Reply(dropped if gone else GONE, replaces=True),)
        if what == "keep":
            row = (Button(LINE.format(title=_short(draft)), f"draft:{draft.id}"),)
            return (Reply(flow.PUT_DOWN, buttons=(row,), replaces=True),)
        return await flow.take_up(context, incoming, found, draft.id)

    def _flow(self, context: Context, draft: Draft) -> Flow | None:
        """The flow of a draft, where this person may still go on with it."""
        found = (one for one in self.flows if one.name == draft.flow and context.me.role in one.roles)
        return next(found, None)


def _short(draft: Draft) -> str:
    return clipped(typed.inert(draft.title), _LONGEST)
