"""Time zones as people name them: by city, by their name, by their hours from UTC."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

CHINA = "Asia/Shanghai"
COMMON = (
    ("北京时间", CHINA),
    ("乌鲁木齐", "Asia/Urumqi"),
    ("香港", "Asia/Hong_Kong"),
    ("曼谷", "Asia/Bangkok"),
    ("新加坡", "Asia/Singapore"),
    ("东京", "Asia/Tokyo"),
)
_CITIES: Mapping[str, str] = {
    "Asia/Shanghai": "北京 上海 广州 深圳 天津 重庆 成都 杭州 南京 武汉 西安 苏州 郑州 长沙 青岛 沈阳 大连 济南"
    " 哈尔滨 长春 石家庄 太原 合肥 福州 厦门 南昌 昆明 贵阳 南宁 海口 三亚 兰州 西宁 银川 呼和浩特 宁波 无锡"
    " 东莞 佛山 温州 泉州 烟台 中国",
    "Asia/Urumqi": "乌鲁木齐 新疆 喀什 伊犁 阿克苏 库尔勒",
    "Asia/Hong_Kong": "香港",
    "Asia/Macau": "澳门",
    "Asia/Taipei": "台北 台湾 高雄",
    "Asia/Tokyo": "东京 大阪 日本",
    "Asia/Seoul": "首尔 韩国",
    "Asia/Singapore": "新加坡",
    "Asia/Kuala_Lumpur": "吉隆坡 马来西亚",
    "Asia/Bangkok": "曼谷 泰国 河内",
    "Asia/Ho_Chi_Minh": "胡志明市 越南",
    "Asia/Jakarta": "雅加达",
    "Asia/Manila": "马尼拉 菲律宾",
    "Asia/Kolkata": "新德里 孟买 印度",
    "Asia/Dubai": "迪拜 阿联酋",
    "Asia/Riyadh": "利雅得 沙特",
    "Asia/Almaty": "阿拉木图",
    "Asia/Tashkent": "塔什干",
    "Europe/Moscow": "莫斯科",
    "Europe/London": "伦敦 英国",
    "Europe/Paris": "巴黎 法国",
    "Europe/Berlin": "柏林 法兰克福 慕尼黑 德国",
    "America/New_York": "纽约 波士顿",
    "America/Chicago": "芝加哥",
    "America/Los_Angeles": "洛杉矶 旧金山",
    "America/Sao_Paulo": "圣保罗",
    "America/Mexico_City": "墨西哥城",
    "Australia/Sydney": "悉尼",
    "Australia/Melbourne": "墨尔本",
    "Pacific/Auckland": "奥克兰 新西兰",
    "Africa/Johannesburg": "约翰内斯堡 南非",
    "Africa/Cairo": "开罗 埃及",
}
_TAIL = re.compile(r"(北京|中国标准)?(时间|时区|市)$")
_EAST = {"东": 1, "西": -1}
_NUMERALS = {name: number for number, name in enumerate("零一二三四五六七八九十")} | {"十一": 11, "十二": 12}


def zone_of(text: str) -> str | None:
    """The zone's name in what a person types: 成都, Asia/Urumqi, urumqi, UTC+8, 东八区; None when it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    by_city = {city: zone for zone, cities in _CITIES.items() for city in cities.split()}
    named = by_city.get(plain) or by_city.get(_TAIL.sub("", plain)) or (CHINA if "北京时间" in plain else None)
    return named or _names().get(re.sub(r"[\s-]+", "_", plain).lower()) or _fixed(plain)


def zone_name(zone: str, now: datetime) -> str:
    """A zone as people read it: 北京时间 UTC+8."""
    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    hours, minutes = divmod(round(offset.total_seconds()) // 60, 60)
    shown = f"UTC{hours:+d}" + (f":{minutes:02d}" if minutes else "")
    named = {known: name for name, known in COMMON}
    return shown if zone.startswith("Etc/") else f"{named.get(zone, zone)} {shown}"


@cache
def _names() -> dict[str, str]:
    """Every zone by its whole name and, where that tells it apart, by its city, in small letters."""
    zones = sorted(
        one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "posix", "right"))
    )
    names = {zone.rpartition("/")[2].lower(): zone for zone in reversed(zones)}
    return names | {zone.lower(): zone for zone in zones} | {"utc": "UTC", "gmt": "UTC"}


def _fixed(plain: str) -> str | None:
    found = re.fullmatch(r"(?:utc|gmt)\s*([+-])\s*(\d{1,2})(?::?00)?", plain, re.IGNORECASE)
    said = re.fullmatch(r"([东西])\s*(\d{1,2}|[一二三四五六七八九十]{1,2})\s*(?:时)?区", plain)
    if found:
        hours = int(found[2]) * (1 if found[1] == "+" else -1)
    elif said:
        hours = (int(said[2]) if said[2].isdecimal() else _NUMERALS.get(said[2], 99)) * _EAST[said[1]]
    else:
        return None
    if hours == 8:
        return CHINA
    # POSIX signs: Etc/GMT-9 is nine hours ahead of UTC
    return f"Etc/GMT{-hours:+d}" if hours and -12 <= hours <= 14 else "UTC" if hours == 0 else None
