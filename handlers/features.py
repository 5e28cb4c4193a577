"""Everything a person can do, in one visible list."""

from handlers import ask, documents, helping, inviting, logging_in, me, people, stores, unanswered
from handlers.actions import acting, board
from handlers.actions import start as action
from handlers.causes import browsing as causes
from handlers.causes import done as why_done
from handlers.causes import drawing, fish, fish_team, guiding, why
from handlers.causes import start as why_start
from handlers.checks import finished as checked
from handlers.checks import listing, lists, period, report
from handlers.checks import start as check
from handlers.drafts import Drafts
from handlers.learning import (
    absence,
    certificate,
    course,
    drafts,
    exam,
    formulas,
    heat,
    homework,
    learners,
    questions,
    quiz,
    start,
    today,
)
from handlers.roles import ADMINS, EVERYONE, LEADERS, WORKERS
from handlers.routing import About, Command, House, Press, Talk
from handlers.spots import card as spot_card
from handlers.spots import sending as spot_sending
from handlers.spots import start as spot

FLOWS = (
    *me.CHANGING,
    me.LEAVING,
    inviting.INVITING,
    *stores.FLOWS,
    *people.FLOWS,
    unanswered.ANSWERING,
    documents.INGESTING,
    listing.LISTING,
    *check.FLOWS,
    *checked.FLOWS,
    *action.FLOWS,
    *acting.FLOWS,
    *spot.FLOWS,
    period.TYPING,
    start.STARTING,
    absence.ASKING,
    *homework.FLOWS,
    questions.TAKING,
    drafts.DRAFTING,
    *why_start.FLOWS,
    *why.FLOWS,
    *why_done.FLOWS,
    *guiding.FLOWS,
    *fish.FLOWS,
    *causes.FLOWS,
)
KEPT = Drafts(tuple(one for one in FLOWS if one.kept))
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
        Command("check", "检核门店", check.begin, LEADERS, ("检核", "开始检核", "检查门店"), private=True),
        Command("checks", "检核结果", checked.show, WORKERS, ("检核结果", "检核记录"), private=True),
        Command("lists", "检查清单", lists.show, LEADERS, ("检查清单", "清单"), private=True),
        Command("actions", "我的整改", board.show, WORKERS, ("整改", "我的整改"), private=True),
        Command("action", "提一条整改", action.by_hand, WORKERS, ("提整改", "新增整改"), private=True),
        Command("reports", "报表", period.show, LEADERS, ("报表", "统计", "门店排名"), private=True),
        Command("spots", "抽查：等着处理的", spot.show, WORKERS, ("抽查", "抽查照片"), private=True),
        Command("spot", "发起抽查", spot.begin, LEADERS, ("发起抽查",), private=True),
        Command("why", "找根因", why_start.begin, LEADERS, ("找根因", "根因分析", "为什么"), private=True),
        Command("fish", "鱼骨图：一起找原因", why_start.begin_fish, LEADERS, ("鱼骨图", "画鱼骨图"), private=True),
        Command("today", "今天的课程", today.show, EVERYONE, ("今天", "今日课程"), private=True),
        Command("course", "我的课程进度", course.show, EVERYONE, ("课程", "我的课程", "进度"), private=True),
        Command("pause", "课程请假", absence.begin, EVERYONE, ("请假", "我要请假"), private=True),
        Command("quiz", "每日练习", quiz.begin, EVERYONE, ("练习", "每日练习", "开始练习"), private=True),
        Command("exam", "考试：各阶段和结业", exam.show, EVERYONE, ("考试", "我要考试"), private=True),
        Command("certificate", "结业证书；加编号可核对", certificate.show, EVERYONE, ("证书", "结业证书")),
        Command("guides", "模板：整改方案、PDCA、8D…", guiding.show, LEADERS, ("模板", "文档模板"), private=True),
        Command("causes", "做过的分析和高频根因", causes.show, LEADERS, ("分析记录", "高频根因"), private=True),
        Command("learners", "学员：进度、掌握、作业", learners.show, LEADERS, ("学员", "我的学员"), private=True),
        Command("questions", "题库：有问题的题、改题", questions.show, ADMINS, ("题库", "题目"), private=True),
        Command("draft", "用大模型从文件起草题目", drafts.begin, ADMINS, ("起草题目", "出题"), private=True),
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
        Press("check", check.press, LEADERS),
        Press("checked", checked.press, WORKERS),
        Press("standard", check.standard, LEADERS),
        Press("draft", KEPT.press),
        Press("lists", lists.press, LEADERS),
        Press("action", acting.press, WORKERS),
        Press("actions", board.press, WORKERS),
        Press("report", report.press, WORKERS),
        Press("reports", period.press, LEADERS),
        Press("spot", spot.press, WORKERS),
        Press("spots", spot.more, WORKERS),
        Press("why", why_done.press, WORKERS),
        Press("cause", why_start.press, WORKERS),
        Press("causes", causes.press, LEADERS),
        Press("drawing", drawing.press, WORKERS),
        Press("fish", fish_team.press, WORKERS),
        Press("quiz", quiz.press),
        Press("exam", exam.press),
        Press("certificate", certificate.press),
        Press("today", today.press),
        Press("course", course.press),
        Press("absence", absence.press),
        Press("heat", heat.press, LEADERS),
        Press("work", homework.press),
        Press("learner", learners.press, LEADERS),
        Press("questions", questions.press, ADMINS),
        Press("formula", formulas.press),
        Press("guide", guiding.press, LEADERS),
        Press("attachment", spot_sending.received),
        Press("undo", documents.undo, ADMINS),
    ),
    flows=FLOWS,
    talks=(Talk(quiz.TALK, quiz.hear, quiz.aside), Talk(exam.TALK, exam.hear, exam.aside)),
    wishes=(formulas.wished, quiz.wished),
    again=KEPT.again,
    abouts=(
        About(unanswered.ABOUT, unanswered.replied, ADMINS),
        About(spot_card.ABOUT, spot_sending.replied, WORKERS),
    ),
)
