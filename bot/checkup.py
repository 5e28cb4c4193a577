"""The doctor's look at the talk: the file store, the people, what waits to be sent, Telegram."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

from bot.app import KNOWLEDGE, file_store
from bot.backup import UNFINISHED
from bot.config import Settings
from bot.finding import BAD, GOOD, MISSING, Finding
from bot.health import UNHANDLED, UNSENT
from bot.local import LOCAL
from handlers.joining import ROLE_NAMES
from knowledge.workdays_file import load_workdays
from records.backlog import Backlog, backlog, channels, failures, traffic
from records.database import Connection, Database
from records.files import FilesError
from records.outbox import BLOCKED, LATE
from records.people import ADMIN, People
from records.stores import Stores

_DAY = timedelta(days=1)
_REASONS = {BLOCKED: "对方停用了机器人", LATE: "一直发不出去"}
_NO_BOT = "没有令牌，Telegram 没有启用"
_GET_BOT = "需要时向 @BotFather 要一个令牌，设为环境变量 TELEGRAM_BOT_TOKEN 后重新启动"
_INVITE = "运行 dudao invite --role admin，把得到的链接或邀请码交给管理员"
_RUN = "启动 dudao run；如果它正在运行，请看它的日志"
_NO_APP = "没有应用凭证，飞书没有启用"
_GET_APP = "需要时在飞书开放平台建一个企业自建应用，设环境变量 FEISHU_APP_ID 和 FEISHU_APP_SECRET 后重新启动"
_NO_KEY = "feishu.mode 是 callback，但没有 FEISHU_ENCRYPT_KEY，也没有 FEISHU_VERIFICATION_TOKEN"
_GET_KEY = "在开发者后台 → 事件与回调 → 加密策略里设好 Encrypt Key，再设环境变量 FEISHU_ENCRYPT_KEY"
_NO_SCOPES = "{name}，缺权限：{scopes}"
_FEW_SCOPES = "{name}，可以用，但没有开通权限：{scopes}"
_GET_SCOPES = "在开发者后台 → 权限管理里开通，再创建版本并发布"
_NO_EVENTS = "还没有收到过飞书的消息"
_GET_EVENTS = (
    "在开发者后台 → 事件与回调 → 事件配置里，订阅方式选{how}，添加事件“接收消息”（im.message.receive_v1），"
    "再创建版本并发布；然后给机器人发一句话"
)
_NO_PRESSES = "发出过 {n} 条带按钮的卡片，还没有收到过点击"
_GET_PRESSES = (
    "如果点按钮时飞书提示错误 200340，就是缺回调：在开发者后台 → 事件与回调 → 回调配置里，订阅方式选{how}，"
    "添加回调“卡片回传交互”（card.action.trigger），再创建版本并发布"
)
_HOW = {"long-connection": "“使用长连接接收”", "callback": "“发送至开发者服务器”，地址是网页的公网地址加 {path}"}
_COURSE = timedelta(days=90)  # sixty workdays with the weekends and holidays between them
_ARRANGED, _NOT_ARRANGED = "放假安排到 {year} 年底都是公布的", "{year} 年的放假安排还没有公布，放假和调休不准"
_ARRANGE = (
    "国务院公布 {year} 年放假安排后（一般在前一年 11 月），升级 dudao，"
    "或者把放假和调休上班的日子写进 config.yaml 的 learning.days_off 和 learning.days_worked"
)
_OTHER_WEBHOOK = "Telegram 那边登记的 webhook 是 {found}，配置的是 {wanted}"


async def talk(settings: Settings, database: Database) -> AsyncIterator[Finding]:
    """Everything about people and messages, from a database that can be read and is up to date."""
    now = datetime.now(UTC)
    async with database.read() as connection:
        yield await _people(settings, connection)
        yield await _demo(settings, connection)
        yield _waiting(await backlog(connection, await channels(connection), now), now)
        yield _failed(await failures(connection, now - _DAY))
        if settings.feishu.talks:
            async for finding in _feishu_traffic(settings, connection):
                yield finding


def unfinished(settings: Settings) -> Finding | None:
    """A restore that was killed."""
    if not (settings.home / UNFINISHED).exists():
        return None
    detail = "上次 dudao restore 没有做完，数据还是恢复之前的样子，或者是空的"
    return Finding("恢复", BAD, detail, f"重新运行 dudao restore；不再需要时删除 {settings.home / UNFINISHED}")


async def files(settings: Settings) -> Finding:
    """Whether what people send can be kept."""
    where = settings.files.url or str(settings.home / "files")
    try:
        await file_store(settings).probe()
    except FilesError as error:
        return Finding("文件库", BAD, str(error), "修改权限，或在 config.yaml 里改 files.url")
    return Finding("文件库", GOOD, f"{where} 可写")


def workdays(settings: Settings, today: date) -> Finding:
    """Whether the holidays are arranged for as long as a course that begins today lasts; a deployment's own count."""
    own = {day.year for day in (*settings.learning.days_off, *settings.learning.days_worked)}
    arranged = load_workdays(KNOWLEDGE / "workdays.yaml").announced | own
    year = next(year for year in range(today.year, today.year + len(arranged) + 1) if year not in arranged)
    if (today + _COURSE).year < year:
        return Finding("节假日", GOOD, _ARRANGED.format(year=year - 1))
    return Finding("节假日", MISSING, _NOT_ARRANGED.format(year=year), _ARRANGE.format(year=year))


async def telegram(settings: Settings) -> Finding:
    """Whether Telegram knows the bot, and how updates come."""
    if not settings.telegram.enabled:
        return Finding("Telegram", MISSING, "没有启用", "需要时把 telegram.enabled 设为 true")
    if not settings.telegram.token.get_secret_value():
        return Finding("Telegram", MISSING, _NO_BOT, _GET_BOT)
    from bot.telegram import NoTelegram
    from bot.telegram.examine import examine

    try:
        seen = await examine(settings.telegram)
    except NoTelegram as error:
        return Finding("Telegram", BAD, str(error), "修好后再运行 dudao doctor")
    wanted = settings.telegram.webhook
    if seen.trouble:
        detail = f"@{seen.username}，webhook {seen.webhook} 最近一次失败：{seen.trouble}"
        return Finding("Telegram", BAD, detail, "让这个地址从外网可达、证书有效，并转到 web.host 和 web.port")
    if seen.webhook != wanted:
        detail = _OTHER_WEBHOOK.format(found=seen.webhook or "空的（轮询）", wanted=wanted or "空的（轮询）")
        return Finding("Telegram", MISSING, f"@{seen.username}，{detail}", "启动 dudao run 时会自动改过来")
    waits = f"，{seen.waiting} 条消息等着取" if seen.waiting else ""
    return Finding("Telegram", GOOD, f"@{seen.username}，{f'webhook {wanted}' if wanted else '轮询'}{waits}")


async def feishu(settings: Settings) -> Finding:
    """Whether Feishu knows the app, and lets it do what it must."""
    here = settings.feishu
    if not here.enabled:
        return Finding("飞书", MISSING, "没有启用", "需要时把 feishu.enabled 设为 true")
    if not here.talks:
        return Finding("飞书", MISSING, _NO_APP, _GET_APP)
    if here.mode == "callback" and not (
        here.encrypt_key.get_secret_value() or here.verification_token.get_secret_value()
    ):
        return Finding("飞书", BAD, _NO_KEY, _GET_KEY)
    from bot.feishu import NoFeishu
    from bot.feishu.examine import examine

    try:
        seen = await examine(here)
    except NoFeishu as error:
        return Finding("飞书", BAD, str(error), "修好后再运行 dudao doctor")
    if seen.trouble:
        return Finding("飞书", BAD, seen.trouble, seen.mend)
    if seen.missing or seen.wanting:
        scopes = "，".join(f"{scope.called}（{scope.name}）" for scope in seen.missing or seen.wanting)
        state, detail = (BAD, _NO_SCOPES) if seen.missing else (MISSING, _FEW_SCOPES)
        return Finding("飞书", state, detail.format(name=seen.name, scopes=scopes), _GET_SCOPES)
    how = "长连接" if here.mode == "long-connection" else f"回调 {here.path}"
    return Finding("飞书", GOOD, f"{seen.name}，{how}，权限齐全")


async def _feishu_traffic(settings: Settings, connection: Connection) -> AsyncIterator[Finding]:
    """Events and callbacks are two settings of the console, which only shows that they are missing by silence."""
    passed = await traffic(connection, "feishu")
    how = _HOW[settings.feishu.mode].format(path=settings.feishu.path)
    if not passed.messages:
        yield Finding("飞书事件", MISSING, _NO_EVENTS, _GET_EVENTS.format(how=how))
    elif passed.offered and not passed.presses:
        yield Finding("飞书回调", MISSING, _NO_PRESSES.format(n=passed.offered), _GET_PRESSES.format(how=how))
    else:
        yield Finding("飞书事件", GOOD, f"收到过 {passed.messages} 条消息，{passed.presses} 次点击")


async def _people(settings: Settings, connection: Connection) -> Finding:
    people = People(connection)
    here = await people.all(demo=False)
    roles = Counter(one.role for one in here)
    stores = [one for one in await Stores(connection).all() if not one.demo]
    counts = "，".join(f"{name} {roles[role]} 人" for role, name in ROLE_NAMES.items() if roles[role]) or "还没有人"
    counts = f"{counts}，门店 {len(stores)} 家"
    for one in here:
        accounts = await people.accounts(one.id) if one.role == ADMIN else []
        if any(account.user != LOCAL and account.blocked_at is None for account in accounts):
            return Finding("人员", GOOD, counts)
    if _beyond_this_machine(settings):
        return Finding("人员", BAD, f"{counts}；还没有管理员从 Telegram 加入", _INVITE)
    return Finding("人员", GOOD, f"{counts}；只在本机使用")


async def _demo(settings: Settings, connection: Connection) -> Finding:
    people = len(await People(connection).all(demo=True))
    stores = sum(one.demo for one in await Stores(connection).all())
    if not people and not stores:
        return Finding("演示数据", GOOD, "没有")
    detail, mend = f"{people} 人，{stores} 家门店", "正式使用前运行 dudao demo remove"
    return Finding("演示数据", MISSING if _beyond_this_machine(settings) else GOOD, f"有：{detail}", mend)


def _beyond_this_machine(settings: Settings) -> bool:
    telegram = settings.telegram
    talks = telegram.enabled and bool(telegram.token.get_secret_value())
    return settings.web.public or talks or settings.feishu.talks


def _waiting(waiting: Backlog, now: datetime) -> Finding:
    came, goes = sum(waiting.inbox.values()), sum(waiting.outbox.values())
    if not came and not goes:
        return Finding("待办消息", GOOD, "没有")
    detail = f"{came} 条没有处理，{goes} 条到时间没有发出"
    late = _older(waiting.oldest_inbox, now, UNHANDLED) or _older(waiting.oldest_outbox, now, UNSENT)
    return Finding("待办消息", MISSING, detail, _RUN) if late else Finding("待办消息", GOOD, detail)


def _older(since: datetime | None, now: datetime, longest: timedelta) -> bool:
    return since is not None and now - since > longest


def _failed(reasons: dict[str, int]) -> Finding:
    if not reasons:
        return Finding("没送达的消息", GOOD, "一天内没有")
    told = "，".join(f"{_REASONS.get(why, why[:80])} {n} 条" for why, n in sorted(reasons.items()))
    return Finding("没送达的消息", MISSING, f"一天内 {sum(reasons.values())} 条：{told}", "看日志里的 outbox 行")
