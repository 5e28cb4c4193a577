"""A certificate as a PDF."""

from datetime import date

from reports.typesetting import pdf
from reports.words import filename

TITLE, SAID, SCORE = "结业证书", "完成“{course}”\n并通过结业考试，准予结业。", "结业考试 {score:g} 分"
DATE, NUMBERED = "发证日期：{date}", "编号：{number}"
CHECK = "核对：把 /certificate {number} 发给督导助手，或运行 dudao certificate {number}。"


def certificate_pdf(number: str, name: str, course: str, score: float, issued_on: date) -> bytes:
    """One page. Slow: not for the loop."""
    return pdf(
        "certificate",
        {
            "title": TITLE,
            "name": name,
            "number": number,
            "said": SAID.format(course=course),
            "score": SCORE.format(score=score),
            "date": DATE.format(date=issued_on.isoformat()),
            "numbered": NUMBERED.format(number=number),
            "check": CHECK.format(number=number),
        },
    )


def certificate_name(name: str, number: str) -> str:
    """The file's name."""
    return filename("pdf", TITLE, name, number)
