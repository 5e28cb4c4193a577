"""What Feishu says of the app, asked once, for `dudao doctor`: its errors, and what it lets the app do."""

from dataclasses import dataclass

from bot.config import FeishuSettings
from bot.feishu import NoFeishu
from bot.feishu.api import UNREACHABLE, Api, Busy, Refusal, connect

NO_ABILITY = "这个应用还没有机器人能力"
ADD_ABILITY = "在开发者后台 → 添加应用能力里加上“机器人”，再创建版本并发布"
NO_VERSION = "这个应用还没有在企业里安装"
ADD_VERSION = "在开发者后台 → 版本管理与发布里创建版本并发布"
NO_LINE = "长连接建不起来：{why}"
ADD_LINE = "确认它是企业自建应用，网络放行到飞书的 wss 连接，同一个应用的进程不超过 50 个"
_TOLD = {11205: (NO_ABILITY, ADD_ABILITY), 212100: (NO_VERSION, ADD_VERSION)}
_GROUPS = ("im:message.group_at_msg", "im:message.group_msg")
_CONTACTS = ("contact:contact:readonly_as_app", "contact:contact:access_as_app")


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission, what the console calls it, and what gives the same: each a list of permissions."""

    name: str
    called: str
    instead: tuple[str, ...] = ()

    def granted(self, granted: frozenset[str]) -> bool:
        """Whether the app has it, one way or another."""
        return any(granted.issuperset(way.split()) for way in (self.name, *self.instead))


NEEDED = (
    Scope("im:message", "获取与发送单聊、群组消息", ("im:message:send_as_bot im:message:readonly",)),
    Scope("im:message.p2p_msg:readonly", "读取用户发给机器人的单聊消息", ("im:message.p2p_msg",)),
    Scope("im:resource", "获取与上传图片或文件资源"),
)
USEFUL = (
    Scope("cardkit:card:write", "创建与更新卡片"),
    Scope(
        "im:message.group_at_msg:readonly",
        "接收群聊中@机器人消息事件",
        ("im:message.group_at_msg", "im:message.group_msg"),
    ),
    Scope("im:message.reactions:write_only", "发送、删除消息表情回复", ("im:message",)),
    Scope("contact:contact.base:readonly", "获取通讯录基本信息", _CONTACTS),
    Scope("contact:user.base:readonly", "获取用户基本信息", _CONTACTS),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """`missing` are permissions that it needs, `wanting` those it does more with; `trouble` is what else is wrong.

    `mend` is what to do about the trouble.
    """

    name: str = ""
    missing: tuple[Scope, ...] = ()
    wanting: tuple[Scope, ...] = ()
    trouble: str = ""
    mend: str = ""


async def examine(settings: FeishuSettings) -> Seen:
    """Raises NoFeishu when the app is not known there, or Feishu cannot be reached."""
    api = connect(settings)
    try:
        try:
            me, granted = await api.me(), await _granted(api)
        except Refusal as refusal:
            if refusal.code not in _TOLD:
                raise
            trouble, mend = _TOLD[refusal.code]
            return Seen(trouble=trouble, mend=mend)
        missing, wanting = ([one for one in some if not one.granted(granted)] for some in (NEEDED, USEFUL))
        trouble = await _line(api, settings) if settings.mode == "long-connection" else ""
        return Seen(me.name, tuple(missing), tuple(wanting), trouble, ADD_LINE if trouble else "")
    except (Busy, Refusal) as error:
        raise NoFeishu(UNREACHABLE.format(base=settings.base_url, why=error)) from error
    finally:
        await api.hang_up()


async def _granted(api: Api) -> frozenset[str]:
    """The permissions that the app has."""
    told = (await api.call("GET", "/open-apis/application/v6/scopes")).get("scopes")
    listed = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return frozenset(str(one.get("scope_name")) for one in listed if one.get("grant_status") == 1)


async def _line(api: Api, settings: FeishuSettings) -> str:
    """Why the long connection cannot be made; "" when it can."""
    body = {"AppID": settings.app_id, "AppSecret": settings.app_secret.get_secret_value()}
    try:
        await api.call("POST", "/callback/ws/endpoint", body)
    except Refusal as refusal:
        return NO_LINE.format(why=refusal)
    return ""
