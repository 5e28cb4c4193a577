"""Which ends of a chain are no explanation: blame and helplessness, and what only looks like them."""

import pytest

from knowledge.cause.blame import blames


def _texts(listed: str) -> list[str]:
    return listed.split()


PERSON = _texts("""
员工粗心 服务顾问粗心大意 技师马虎 前台工作不认真 他就是不细心 接待人员不用心 没上心 技师偷懒 年轻人懒散 疏忽了
一时疏忽 忘了打电话 服务顾问忘记通知客户 责任心不强 员工没有责任心 缺乏责任心 责任心差 责任感不够 服务意识不强
客户意识淡薄 质量意识薄弱 员工意识不到位 没有服务意识 缺少安全意识 缺乏客户意识 员工态度差 服务态度不好
服务态度有问题 个人能力不足 技师技术水平不行 员工素质低 店长执行力差 执行力不够 店长不重视 不当回事 员工积极性不高
主动性差 服务顾问不主动 人为因素 人为失误 操作失误 个人原因 技师不负责任 车间不配合 经验不足 员工责任心 对培训不重视
培训时不认真 是员工粗心造成的 因为员工粗心 员工粗心，态度也不好 是不是员工粗心 不是粗心就是懒惰 新员工没有经验
服务顾问情商低 员工心态不好 检查人员敷衍了事 质检员不认真
""")

HELPLESS = _texts("""
没办法 没有办法 实在没办法了 真的没办法，只能这样 没辙 改不了 这个改变不了 无法避免 无法改变 难免的 在所难免
不可避免 一直都是这样 历来如此 本来就这样 就是这样 大家都这样 别的店也这样 都是这样做的 运气不好 偶然 纯属偶发
大环境不好 市场行情差 客户太挑剔 客户难缠 不可抗力 没办法改变 没办法解决
""")

FINE = _texts("""
流程里没有规定由谁传、何时传 预约信息没有传到备件岗位 没有复核环节 质检表没有这一项 没有安排培训
新员工上岗前没有培训 备件库存不足 高峰时接待人手不够 工位只有两个 员工粗心，没有复核环节
因为没有复核，员工粗心填错了也没人发现 员工忘记通知，系统没有提醒 服务顾问忘了打电话，因为流程没规定时限
意识不强，从未培训过 能力不足，没有上岗考核 不是员工粗心，而是单据没有复核栏 不能怪员工不认真，排班表漏了晚班
不全是责任心的问题，是考核没有这一项 并非态度不好 没办法查到客户的预约记录 系统没有办法识别重复工单
没办法提前知道到店时间 无法查询库存 系统无法提醒 客户无法联系到服务顾问 无法在系统里改预约 系统没有提醒，难免漏掉
一直没有更新价格表 本来应由前台打的电话改由客服打 客户经常改时间 偶发故障码没有记录下来 缺少诊断仪 举升机坏了两周
没有复核能发现粗心填错的单据 没有提醒忘记回访的系统功能 考核只看产值不看返修 质检由做活的人自己做 工时定额太低
完工后没有路试 话术手册过期 客户等待时没人告知进度 备件到货时间没有反馈给服务顾问 注意事项没有写在工单上
能力评估表没有更新 态度评价只有一题 意外险的政策不清楚 服务顾问同时接待四台车 回访电话打给了送车人 交车前不洗车
两个班组共用一台四轮定位仪 客户不同意加项 经验库没有按车型分类
""")


@pytest.mark.parametrize("text", PERSON)
def test_someones_fault_is_no_end(text: str) -> None:
    assert blames(text) == "person"


@pytest.mark.parametrize("text", HELPLESS)
def test_helplessness_is_no_end(text: str) -> None:
    assert blames(text) == "helpless"


@pytest.mark.parametrize("text", FINE)
def test_what_the_system_lacks_is_an_explanation_whoever_is_blamed_beside_it(text: str) -> None:
    assert blames(text) == ""


def test_the_tables_are_long_and_no_text_stands_twice() -> None:
    every = [*PERSON, *HELPLESS, *FINE]
    assert len(every) == len(set(every))
    assert min(len(PERSON), len(FINE)) > 50 < len(PERSON)
    assert len(HELPLESS) > 25
