"""Everything a person can do, in one visible list."""

from handlers import ask, documents, helping, inviting, listing, lists, logging_in, me, people, stores, unanswered
from handlers.routing import ADMINS, EVERYONE, LEADERS, About, Command, House, Press

HOUSE = House(
    commands=(
        Command("start", "开始", helping.start, EVERYONE, ("开始", "你好", "您好")),
        Command("help", "能做什么", helping.guide, EVERYONE, ("帮助", "菜单")),
        Command(
            "me", "我的称呼、时区、安静时段和提醒时间", me.show, EVERYONE, ("我", "我的", "我的信息"), private=True
        ),
        Command("stores", "我的门店", stores.show, EVERYONE, ("门店", "我的门店"), private=True),
        Command("people", "同事", people.show, LEADERS, ("同事", "人员"), private=True),
        Command("person", "按名字找同事", people.find, LEADERS, (), private=True),
        Command("invite", "邀请同事加入", inviting.invite, LEADERS, ("邀请",), private=True),
        Command("lists", "检查清单", lists.show, LEADERS, ("检查清单", "清单"), private=True),
        Command("unanswered", "没答上的问题", unanswered.show, LEADERS, ("没答上的问题", "未答问题"), private=True),
        Command("connect", "在另一个渠道接着用", inviting.connect, EVERYONE, (), private=True),
        Command("web", "在网页里用", logging_in.link, EVERYONE, (), private=True),
        Command("leave", "退出并删除我的信息", me.leave, EVERYONE, ("退出账号",), private=True),
    ),
    presses=(
        Press("source", ask.press),
        Press("rate", ask.press),
        Press("section", ask.press),
        Press("me", me.press),
        Press("store", stores.press),
        Press("stores", stores.press),
        Press("person", people.press, LEADERS),
        Press("people", people.press, LEADERS),
        Press("unanswered", unanswered.press, LEADERS),
        Press("answer", unanswered.write, ADMINS),
        Press("lists", lists.press, LEADERS),
        Press("attachment", documents.received),
        Press("undo", documents.undo, ADMINS),
    ),
    flows=(
        *me.CHANGING,
        me.LEAVING,
        inviting.INVITING,
        *stores.FLOWS,
        *people.FLOWS,
        unanswered.ANSWERING,
        documents.INGESTING,
        listing.LISTING,
    ),
    abouts=(About(unanswered.ABOUT, unanswered.replied, ADMINS),),
)
