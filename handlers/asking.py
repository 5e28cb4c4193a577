"""Whether what a person types in the middle of something else is a question."""

_ENDS = ("?", "？", "吗", "呢")
_WORDS = ("什么", "多少", "怎么", "为什么", "多久", "哪些", "哪个", "几天", "请问")
_LONGEST = 60  # characters; what is longer, or has several lines, is an answer that ends in a question mark


def plainly_asks(text: str) -> bool:
    """It cannot well be anything else."""
    return _is_short(text) and (text.endswith(_ENDS) or text.startswith("请问"))


def may_ask(text: str) -> bool:
    """It has a word of a question, which an answer may have as well."""
    return _is_short(text) and any(word in text for word in _WORDS)


def _is_short(text: str) -> bool:
    return len(text) <= _LONGEST and "\n" not in text
