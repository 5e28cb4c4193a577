"""Everything a person can do, in one visible list."""

from handlers import ask, helping
from handlers.routing import EVERYONE, Command, House, Press

HOUSE = House(
    commands=(
        Command("start", "开始", helping.start, EVERYONE, ("开始", "你好", "您好")),
        Command("help", "能做什么", helping.guide, EVERYONE, ("帮助", "菜单")),
    ),
    presses=(
        Press("source", ask.press),
        Press("rate", ask.press),
        Press("section", ask.press),
    ),
    flows=(),
)
