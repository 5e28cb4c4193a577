"""Logging in to the page from another channel: a link that works once."""

from handlers.context import Context
from handlers.message import Incoming, Reply
from records.invites import LOGIN, Logins

NO_PAGE = "这里没有开放网页。"
ALREADY = "您正在网页里，不用再登录。"
LINK = "{link}\n\n点开后按“登录”，就能在网页里继续。链接 {minutes} 分钟内有效，只能用一次，请不要转发。"


async def link(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """A login link for whoever writes, sent to them alone."""
    page = context.deployment.page.rstrip("/")
    if not page:
        return (Reply(NO_PAGE),)
    if incoming.channel == "web":
        return (Reply(ALREADY),)
    secret = await Logins(await context.write()).link(context.me.id, context.now())
    minutes = int(LOGIN.total_seconds() // 60)
    return (Reply(LINK.format(link=f"{page}/login?code={secret}", minutes=minutes)),)
