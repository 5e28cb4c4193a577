"""What is taught, from the settings and the files of knowledge/."""

from functools import cache
from pathlib import Path

from bot.config import LearningSettings
from handlers.clock import minute_of
from handlers.learning.items import Standard
from handlers.learning.memory import Memory
from handlers.learning.school import School
from knowledge.course import Course
from knowledge.course_file import load_course
from knowledge.quiz import Bank
from knowledge.quiz_file import load_folder
from knowledge.workdays import Calendar
from knowledge.workdays_file import load_workdays


def school(settings: LearningSettings, knowledge: Path) -> School:
    """The bundled course and questions, as this deployment teaches them."""
    course, bank, calendar = _bundled(knowledge)
    return School(
        course=course,
        bank=bank,
        calendar=calendar.changed({day - 1 for day in settings.weekdays}, settings.days_off, settings.days_worked),
        memory=Memory(settings.retention, settings.right_in_a_row),
        standard=Standard(settings.item_answers, settings.item_low, settings.item_high, settings.item_telling),
        a_day=settings.questions_a_day,
        freezes=settings.freezes,
        nudge_at=minute_of(settings.nudge_at) if settings.nudge_at else None,
        questions=settings.exam_questions,
        minutes=settings.exam_minutes,
        pass_mark=settings.pass_mark,
        graded_work=settings.graded_work,
        final_questions=settings.final_questions,
        final_minutes=settings.final_minutes,
        final_pass_mark=settings.final_pass_mark,
    )


@cache
def _bundled(knowledge: Path) -> tuple[Course, Bank, Calendar]:
    """The same for every home of a process."""
    course, bank = load_course(knowledge / "course.yaml"), load_folder(knowledge / "quizzes")
    return course, bank, load_workdays(knowledge / "workdays.yaml")
