"""Colours: calm paper, one dark for what is asked, and one colour a state."""

PAPER, INK, SOFT = "#ffffff", "#1f2a37", "#5b6776"
RULE, WIRE, WASH = "#dfe4ea", "#aab4c0", "#f3f6f9"
DARK, ON_DARK, ON_DARK_SOFT = "#17324d", "#ffffff", "#b9cadb"
TONES: dict[str, tuple[str, str, str]] = {  # fill, edge, accent
    "open": ("#ffffff", "#d5dbe2", "#8f6800"),
    "verified": ("#f0f9f4", "#a9d8bd", "#1c7f49"),
    "refuted": ("#f5f6f8", "#e1e5ea", "#667180"),
    "root": ("#fdecea", "#d9483b", "#c8321f"),
    "part": ("#fff4e8", "#ecb06b", "#b3560a"),
    "beyond": ("#f3effb", "#b9a5e3", "#6f4fc0"),
    "plain": ("#ffffff", "#d5dbe2", "#3f72a8"),
    "likely": ("#fff4e8", "#ecb06b", "#b3560a"),
}
BONES = ("#2f6db3", "#25806f", "#a8641a", "#7a57b3", "#387f38", "#b5486a", "#5b6776", "#8a6d1f")
"""One a bone, in order."""
