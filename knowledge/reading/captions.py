"""Captions run into text: short titles that stood in a slide's boxes, directly followed by their sentence."""

import re

from knowledge.reading.line import fold

_NOUN = (
    "(?:方案|评估|计划|策略|机制|体系|建设|管控|维护|分析|压力|特征|差异|情况|进展|因素|变化|转型|短缺|低下|偏差|冲突|"
    "不足|壁垒|识别|梳理|管理|培训|训练|进阶|系统|辅助|标准化|落地|搭建|达成|完成|优化|提升|领先|显著|布局|依据|对齐|"
    "复盘|分配|激励|创新|强化|实施|共享|概述|简述|概况|回顾|改进|规划|影响|流程|指标|成效|能力|职责|要点|措施|路径)"
)
_STARTER = (
    "(?:通过|建立|实施|完成|上线|推动|建成|监督|统筹|主导|引入|部署|利用|整合|引进|针对|为(?=[^了])|将|设立|推出|基于|"
    "结合|推行|选拔|每[年月季周日]|定期|开展|组织|制定|全面负责|负责|构建|运用|设计|搭建|强化)"
)
_VERBS = re.compile(_STARTER)
_SUBJECTS = re.compile("区域(?:内|整体)|部分|各[^级种类]|关键")
_PIECE = re.compile(rf"[^\s,。;:!?]{{2,10}}(?:{_NOUN}|\d%)")
_SENTENCE = re.compile(r"(?<=。)")


def split_captions(text: str) -> list[str]:
    """The sentences of a slide's text, each run of captions before a sentence cut off it where that is certain."""
    pieces: list[str] = []
    start = 0
    for end in [found.end() for found in _SENTENCE.finditer(text)] + [len(text)]:
        if text[start:end].strip():
            pieces += _captions(text[start:end].strip())
        start = end
    return pieces


def _captions(sentence: str) -> list[str]:
    same = fold(sentence)
    if not same.endswith("。"):
        return _spread(sentence, _titles(same)) or [sentence]
    reach = re.match(r"[^\s,。;:!?]*", same[:44])
    for starts in (_VERBS, _SUBJECTS):
        for found in reversed(list(starts.finditer(same, 0, reach.end() if reach else 0))):
            titles = _titles(same[: found.start()])
            if titles:
                return [*_spread(sentence, titles), sentence[sum(titles) :]]
    return [sentence]


def _titles(text: str) -> list[int]:
    """The lengths of the titles that make up a text without rest, the most even way to divide it; empty if none is."""
    if not text or len(text) > 44:
        return []
    ways = [[len(text)]] if len(text) <= 12 and _PIECE.fullmatch(text) else []
    for length in range(5, min(len(text) - 4, 13)):
        if _PIECE.fullmatch(text[:length]):
            rest = _titles(text[length:])
            ways += [[length, *rest]] if rest else []
    return min(ways, key=lambda way: sum(length**2 for length in way) if len(text) > 9 else len(way), default=[])


def _spread(text: str, lengths: list[int]) -> list[str]:
    pieces, start = [], 0
    for length in lengths:
        pieces.append(text[start : start + length])
        start += length
    return pieces
