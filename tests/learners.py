"""Learners of a house: enrolled, asked, answering right or wrong as a test wants it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from talking import Talk

from bot.app import App
from bot.outbox import Delivery
from bot.ticking import Ticking
from handlers.message import Button
from knowledge.answers import right_answer
from knowledge.quiz import Question
from records.learning.enrolments import Enrolment, Enrolments
from records.learning.quizzes import Posed, Quizzes, Round


def seeded(app: App, seed: int = 7, **school: Any) -> None:
    """Let chance be the same every time, and the school be set so."""
    deployment = app.turns.deployment
    changed = replace(deployment.school, **school)
    app.turns.deployment = replace(deployment, chance=Random(seed), teaching=lambda: changed)


def ticking(app: App) -> Ticking:
    return Ticking(app.turns, Delivery(app.database, app.channels, app.turns.name, app.turns.now))


async def enrolled(app: App, person_id: int, since: date, **changes: Any) -> Enrolment:
    """Someone who takes the course."""
    one = Enrolment(person_id, since, app.turns.now(), **changes)
    async with app.database.write() as connection:
        await Enrolments(connection).put(one)
    return one


@dataclass
class Learner(Talk):
    """A colleague who answers what is asked."""

    async def round(self) -> Round:
        """The round whose question is on the screen."""
        [number] = {one.action.split(":")[1] for one in self.shown if one.action.startswith("quiz:")}
        async with self.app.database.read() as connection:
            found = await Quizzes(connection).round(int(number))
        assert found is not None
        return found

    @property
    def shown(self) -> list[Button]:
        """The buttons of the last message."""
        return [button for row in self.replies[-1].buttons for button in row] if self.replies else []

    async def posed(self) -> Posed:
        """The question on the screen."""
        one = await self.round()
        return one.posed[int(self.shown[0].action.split(":")[2])]

    async def answer(self, right: bool = True) -> str:
        """Answer the question on the screen."""
        posed = await self.posed()
        prefix = self.shown[0].action.rpartition(":")[0]
        if posed.question.kind in ("number", "fill"):
            return await self.say(typed(posed.question, right))
        return await self.act(f"{prefix}:{tapped(posed.question, right)}")

    async def practise(self, how: Callable[[Question], bool] = lambda question: True) -> list[Question]:
        """Today's whole round, each question right or wrong as `how` says; what was asked."""
        await self.say("/quiz")
        asked = []
        while any(one.action.count(":") == 3 for one in self.shown):
            posed = await self.posed()
            asked.append(posed.question)
            await self.answer(how(posed.question))
        return asked


def tapped(question: Question, right: bool) -> str:
    """The end of the action that answers a question with buttons."""
    count = len(question.options)
    match question.kind:
        case "truth":
            return f"t{int(question.truth is right)}"
        case "single":
            return f"s{question.right[0] if right else (question.right[0] + 1) % count}"
        case "multiple":
            mask = sum(1 << one for one in question.right)
            return f"d{mask if right else 1 << question.right[0]}"
        case "order":
            steps = [str(one) for one in range(count)]
            return "f" + "".join(steps if right else reversed(steps))
    raise AssertionError(question.kind)


def typed(question: Question, right: bool) -> str:
    """What answers a question without buttons."""
    if not right:
        return "987654321" if question.number else "不是这个词"
    return f"{right_answer(question):g}" if question.number else question.words[0]
