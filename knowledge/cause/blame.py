"""Ends that explain nothing: someone's fault (“员工粗心”) or helplessness (“没办法”).

A clause that names what the system lacks (“没有复核”, “流程没规定”) makes it an explanation, whoever else is blamed.
"""

import re
from typing import Literal

Blame = Literal["", "person", "helpless"]

_LOW = "(?:不强|不够强?|不高|不足|不到位|不好|不佳|较?差|太?低|淡薄|淡漠|薄弱|较?弱|欠缺|缺失|有问题|不行|有限|跟不上)"
_PERSON = re.compile(
    "粗心|马虎|大意|敷衍|应付了事|糊弄|不认真|不细心|不仔细|不用心|[不没]上心|没用心|没认真|不走心|心不在焉"
    "|偷懒|懒惰|懒散|懒得|犯懒|太懒|人懒|惰性|拖拉|拖延症|疏忽|不小心|没注意|没在意|忘记|忘了|手误|笔误|口误"
    f"|(?:责任|服务|客户|质量|安全|主动|主人翁|成本|团队|危机|时间)(?:意识|心|感|精神){_LOW}?$"
    f"|(?:意识|责任心|责任感|态度|素质|素养|能力|水平|执行力|积极性|主动性|自觉性|心态|悟性|职业道德|技术|经验|情商){_LOW}"
    "|(?:没有?|缺乏?|缺少|不具备)[^，。；]{0,4}(?:意识|责任心|责任感|执行力|积极性|主动性|经验)"
    "|责任心$|不负责|不重视|不当回事|不在乎|不配合|不听话|不自觉|不主动|不积极|不作为|无所谓|不称职"
    "|人为(?:因素|原因|失误|问题|疏忽)|(?:操作|工作|人员|个人|员工)失误|操作不当|个人(?:原因|问题)|人的问题"
)
_HELPLESS = re.compile(
    "(?:没有?|毫无)(?:什么)?办法(?:$|[的了啊呀吧嘛，。]|改|解决|避免|控制|管)|没辙|没招|无能为力|束手无策"
    "|(?:无法|不能|没法|改变不了|控制不了|避免不了)(?:改变|避免|控制|解决)?$"
    "|改不了|管不了|不可避免|在所难免|难免|不可控|不可抗力"
    "|(?:一直|历来|向来|从来|本来|原来)(?:都|就|也)?(?:是)?(?:这样|如此|这么)|(?:就|都)是?这样的?$"
    "|(?:都|也)(?:是)?(?:这样|这么)(?:做|干|弄)?的?$|运气|倒霉|点背|碰巧|凑巧|巧合|偶然|(?:纯属|只是|属于)?偶发(?:$|的$|事件|情况|现象)|意外$"
    f"|(?:大)?(?:环境|市场|行情|形势|经济)(?:整体)?(?:都)?{_LOW}|客户(?:太|就|很|比较)?(?:挑剔|难缠|刁钻|难伺候|事多|不讲理|无理取闹)"
)
_SYSTEM = re.compile(
    "流程|标准|制度|规定|规则|规范|机制|考核|激励|奖惩|培训|带教|演练|系统|软件|设备|工具|工装|工位|表单|表格|单据|清单|看板"
    "|复核|检查|质检|抽查|审核|监督|监控|预警|提醒|报警|交接|排班|编制|人手|人数|岗位|职责|分工|授权|权限|预约|库存|备件|备货|供应"
    "|信息|数据|口径|指标|通知|文件|手册|话术|指引|SOP|模板|标识|布局|场地|通道|合同|政策|时限|预算|电话|工单|短信|反馈|渠道"
)
_LACK = re.compile(
    "没有|没|未|无(?!所谓)|缺|不(?:足|够|全|清|明|细|准|统一|完善|合理|到位|匹配|对应|一致|及时|含|包括|支持|提示|显示|更新)"
    "|少|取消|失效|过期|过时|太|漏|断|脱节|冲突|重复|滞后|延迟|模糊|空白|只[看考管查]|从不|从未"
)
_NOT = re.compile(
    r"(?:(?<!是)不(?:全|只|仅|仅仅|完全|单|单单)?是|并非|而非|不能[怪说归]|不怪|谈不上|与|不等于)[^，。；]{0,8}$"
)
_CLAUSES = re.compile(r"[，,。；;、：:！!？?\s]+|(?<=.)(?:因为|是因为|由于|而且|并且|导致|所以)")


def blames(text: str) -> Blame:
    """Which kind of empty end this is, "" for none."""
    kinds = [(clause, _kind(clause)) for clause in _CLAUSES.split(text) if clause]
    if any(not kind and _explains(clause) for clause, kind in kinds):
        return ""
    return next((kind for _, kind in kinds if kind), "")


def _kind(clause: str) -> Blame:
    for kind, words in (("person", _PERSON), ("helpless", _HELPLESS)):
        found = words.search(clause)
        denied = found and "就是" not in clause[found.end() :] and _NOT.search(clause[: found.start()])
        if found and not denied and not _explained(clause, found):
            return "person" if kind == "person" else "helpless"
    return ""


def _explained(clause: str, found: re.Match[str]) -> bool:
    """The blaming word is only what something of the system fails to prevent: “没有复核粗心填错的单据”."""
    before = clause[: found.start()]
    lacks = _LACK.search(before)
    return bool(lacks and _SYSTEM.search(before[lacks.start() :]))


def _explains(clause: str) -> bool:
    """It says what the system lacks."""
    return bool(_SYSTEM.search(clause) and _LACK.search(clause))
