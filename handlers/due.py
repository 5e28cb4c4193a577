"""Due times as people type them: 明天下午5点, 周五, 3天内, 11-25 18:00."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.clock import at, figures, minute_of, shown

EVENING = 18 * 60  # the minute of a day that is named without a time: the end of the working day
DAYS = "一二三四五六日"
THIS_YEAR, OTHER_YEAR = "{month:02d}-{day:02d} 周{weekday} {time}", "{year}-{month:02d}-{day:02d} 周{weekday} {time}"
TODAY, TOMORROW = "今天 {time}", "明天 {time}"
_LAST = 24 * 60 - 1
_HALF_YEAR = 183  # days
_AROUND = re.compile(r"^(?:在|于|截止到?|截至|最晚|最迟|请?在)|(?:之前|以前|前|为止|止)$")
_SPAN = re.compile(r"(\d{1,3}|半)\s*(个?)\s*(分钟|小时|钟头|天|日|周|星期|礼拜|月)(半?)\s*(内|以内|之内|后|以后|之后)?")
_NEAR = re.compile(r"(今天|今日|明天|明日|大后天|后天|今|明)(?:\s*)(.*)")
_WEEK = re.compile(r"(本|这个?|下下个?|下个?)?(?:周|星期|礼拜)([1-6日天末])\s*(.*)")
_DATE = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/月]\s*(\d{1,2})(?:日|号|(?!\d))\s*(.*)")
_DOTTED = re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})(?!\d)\s*(.*)")
_WEEKDAY = re.compile(r"(?:(?:周|星期)([1-6日])\s*)?(.*)")
_MONTH = re.compile(r"(本|这个?|下个?)?月(\d{1,2})[日号]\s*(.*)")
_OF_MONTH = re.compile(r"()(\d{1,2})[日号]\s*(.*)")
_MONTHS_END = re.compile(r"(本|这个?|下个?)?月(?:底|末)\s*(.*)")
_AHEAD = {"今": 0, "今天": 0, "今日": 0, "明": 1, "明天": 1, "明日": 1, "后天": 2, "大后天": 3}
_PARTS = {
    "": EVENING, "下班": EVENING, "早上": 9 * 60, "上午": 12 * 60, "中午": 12 * 60, "下午": EVENING,
    "傍晚": EVENING, "晚上": 21 * 60, "晚": 21 * 60, "早": 9 * 60,
}  # fmt: skip


def due_of(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment (UTC) in what a person types at `now`; None when it is none. It may be past."""
    plain = _AROUND.sub("", re.sub(r"\s+", " ", figures(text))).strip()
    return _span(plain, now, zone) or _on_a_day(plain, now, zone) or _at_a_time(plain, now, zone)


def due_shown(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A due time as people read it in their zone: 明天 18:00, 11-25 周三 18:00."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    ahead = (local.date() - today).days
    form = {0: TODAY, 1: TOMORROW}.get(ahead, THIS_YEAR if local.year == today.year else OTHER_YEAR)
    return form.format(
        year=local.year,
        month=local.month,
        day=local.day,
        weekday=DAYS[local.weekday()],
        time=shown(local.hour * 60 + local.minute),
    )


def _span(plain: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """3天内, 48小时, 半小时后, 1个半月 is none."""
    found = _SPAN.fullmatch(plain)
    if not found:
        return None
    number, piece, unit, half, within = found.groups()
    if (unit == "日" and not within) or (unit == "月" and not (piece and number != "半" and not half)):
        return None
    n = (0.5 if number == "半" else int(number)) + (0.5 if half else 0)
    if not n:
        return None
    if unit in ("分钟", "小时", "钟头") or n % 1:
        hours = {"分钟": 1 / 60, "小时": 1, "钟头": 1, "天": 24, "日": 24}.get(unit, 24 * 7)
        return now.astimezone(UTC) + timedelta(hours=n * hours)
    local = now.astimezone(zone)
    day = _months_on(local.date(), int(n)) if unit == "月" else None
    day = day or local.date() + timedelta(days=int(n) * (1 if unit in ("天", "日") else 7))
    return at(day, local.hour * 60 + local.minute, zone)


def _on_a_day(plain: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    today = now.astimezone(zone).date()
    found = _day(plain, today)
    if found is None:
        return None
    day, rest, again = found
    minute = _minute(rest)
    if minute is None:
        return None
    moment = at(day, minute, zone)
    if again and moment <= now and _named(rest):
        return at(day + timedelta(7), minute, zone)
    if day == today and moment <= now and not rest:
        return at(day, _LAST, zone)
    return moment


def _day(plain: str, today: date) -> tuple[date, str, bool] | None:
    """The day a text begins with, what follows, and whether the day comes again every week."""
    try:
        if found := _NEAR.fullmatch(plain):
            return today + timedelta(_AHEAD[found[1]]), found[2], False
        if found := _WEEK.fullmatch(plain):
            weekday = 6 if found[2] in "日天末" else int(found[2]) - 1
            if found[1]:
                ahead = {"本": 0, "这": 0}.get(found[1][0], found[1].count("下"))
                return today - timedelta(today.weekday()) + timedelta(weekday + 7 * ahead), found[3], False
            return today + timedelta((weekday - today.weekday()) % 7), found[3], True
        if found := _DATE.fullmatch(plain) or _DOTTED.fullmatch(plain):
            day = _dated(found[1], int(found[2]), int(found[3]), today)
            said, rest = _WEEKDAY.fullmatch(found[4]).groups()  # type: ignore[union-attr]  # it fits any text
            return None if said and DAYS[day.weekday()] != DAYS["123456日".index(said)] else (day, rest, False)
        if found := _MONTH.fullmatch(plain) or _OF_MONTH.fullmatch(plain):
            first = _months_on(today.replace(day=1), 1 if found[1] and found[1].startswith("下") else 0)
            day_ = first.replace(day=int(found[2]))
            if not found[1] and day_ < today:
                day_ = _months_on(first, 1).replace(day=int(found[2]))
            return day_, found[3], False
        if found := _MONTHS_END.fullmatch(plain):
            first = _months_on(today.replace(day=1), 1 if found[1] and found[1].startswith("下") else 0)
            return first.replace(day=monthrange(first.year, first.month)[1]), found[2], False
    except ValueError:  # no such day
        return None
    return None


def _dated(year: str | None, month: int, day: int, today: date) -> date:
    """A date without a year is this year's, or next year's where that is near."""
    if year:
        return date(int(year), month, day)
    if (month, day) == (2, 29) and monthrange(today.year, 2)[1] == 28:
        return date(today.year + 1, month, day)
    this = date(today.year, month, day)
    if this < today and (following := this.replace(year=today.year + 1)) - today <= timedelta(_HALF_YEAR):
        return following
    return this


def _at_a_time(plain: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """下午5点, 18:00: today, or tomorrow where that is past."""
    if re.fullmatch(r"[\d.]*", plain) or (minute := _minute(plain)) is None or not _named(plain):
        return None
    today = now.astimezone(zone).date()
    moment = at(today, minute, zone)
    return moment if moment > now else at(today + timedelta(1), minute, zone)


def _minute(rest: str) -> int | None:
    if rest in _PARTS:
        return _PARTS[rest]
    if rest.isdecimal():
        return None
    return minute_of(re.sub(r"^(早|晚)(?!上|晨)", r"\1上", rest))


def _named(rest: str) -> bool:
    """Whether a time of day is said."""
    return rest != ""


def _months_on(day: date, months: int) -> date:
    """The same day some months on, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
