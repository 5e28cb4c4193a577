"""What Feishu says of the app, asked once, for `dudao doctor`: by the error that each call meets."""

from dataclasses import dataclass

from bot.config import FeishuSettings
from bot.feishu import NoFeishu
from bot.feishu.api import NO_SCOPE, UNREACHABLE, Api, Busy, Refusal, connect
from bot.feishu.calls import entity
from bot.feishu.cards import streaming

NO_BOT = 11205
NO_ABILITY = "这个应用还没有机器人能力"
ADD_ABILITY = "在开发者后台 → 添加应用能力里加上“机器人”，再创建版本并发布"
NO_LINE = "长连接建不起来：{why}"
SCOPES = {
    "im:message": "获取与发送单聊、群组消息",
    "im:resource": "获取与上传图片或文件资源",
    "cardkit:card:write": "创建与更新卡片",
    "contact:user.base:readonly": "获取用户基本信息",
}
_NOBODY = "ou_00000000000000000000000000000000"


@dataclass(frozen=True, slots=True)
class Seen:
    """`missing` are permissions, `trouble` what else is wrong and `mend` what to do about it."""

    name: str = ""
    missing: tuple[str, ...] = ()
    trouble: str = ""
    mend: str = ""


async def examine(settings: FeishuSettings) -> Seen:
    """Raises NoFeishu when the app is not known there, or Feishu cannot be reached."""
    api = connect(settings)
    try:
        try:
            me = await api.me()
        except Refusal as refusal:
            if refusal.code == NO_BOT:
                return Seen(trouble=NO_ABILITY, mend=ADD_ABILITY)
            raise
        missing = tuple([scope for scope in SCOPES if await _lacks(api, scope)])
        trouble = await _line(api, settings) if settings.mode == "long-connection" else ""
        return Seen(me.name, missing, trouble)
    except (Busy, Refusal) as error:
        raise NoFeishu(UNREACHABLE.format(base=settings.base_url, why=error)) from error
    finally:
        await api.hang_up()


async def _lacks(api: Api, scope: str) -> bool:
    """Whether a call that changes nothing is refused for want of this permission."""
    try:
        match scope:
            case "im:message":
                await api.call("GET", "/open-apis/im/v1/messages/om_0")
            case "im:resource":
                await api.call("GET", "/open-apis/im/v1/images/img_0")
            case "cardkit:card:write":
                await entity(api, streaming("…"))
            case _:
                await api.call("GET", f"/open-apis/contact/v3/users/{_NOBODY}?user_id_type=open_id")
    except Refusal as refusal:
        return refusal.code == NO_SCOPE
    return False


async def _line(api: Api, settings: FeishuSettings) -> str:
    """Why the long connection cannot be made; "" when it can."""
    body = {"AppID": settings.app_id, "AppSecret": settings.app_secret.get_secret_value()}
    try:
        await api.call("POST", "/callback/ws/endpoint", body)
    except Refusal as refusal:
        return NO_LINE.format(why=refusal)
    return ""
