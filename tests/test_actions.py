"""整改 as rules and rows: who may do what and when, every change kept, and of two at once one wins."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.checklist import Checklist, Item, Section
from knowledge.score import Rules
from records import action as rules
from records.action import (
    ACCEPT,
    ACCEPTED,
    ASSIGN,
    CLAIM,
    CLAIMED,
    FIX,
    FIXED,
    MOVE,
    OPEN,
    OWED,
    REJECT,
    REJECTED,
    REOPEN,
    REOPENED,
    WITHDRAW,
    WITHDRAWN,
    Action,
    Actor,
    NotAllowed,
    tells,
    verbs,
)
from records.action_figures import figures
from records.actions import Actions, Overtaken, Return, Which
from records.checks import CheckMark, Checks
from records.database import Connection, Database
from records.people import People, Person
from records.reminders import Reminder, Reminders
from records.standing import actor
from records.stores import Stores

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOSS, OTHER_BOSS = Actor(1, works=True, leads=True), Actor(2, works=True, leads=True)
HAND, MATE = Actor(3, works=True, leads=False), Actor(4, works=True, leads=False)
OUTSIDER = Actor(5, works=False, leads=False)
EVERYONE = (BOSS, OTHER_BOSS, HAND, MATE, OUTSIDER)


def made(**changes: Any) -> Action:
    return replace(Action(1, "擦地面", NOON + DAY, NOON, BOSS.id, id=7), **changes)


def fixed(by: Actor = HAND) -> Action:
    return rules.fix(rules.claim(made(), by), by, NOON, (11,))


def test_it_is_claimed_fixed_and_accepted() -> None:
    done = rules.accept(fixed(), BOSS, NOON + HOUR)
    assert (done.state, done.owner_id, done.fixed_by, done.after) == (ACCEPTED, HAND.id, HAND.id, (11,))
    assert (done.judged_by, done.closed_at, done.version) == (BOSS.id, NOON + HOUR, 3)


def test_it_is_sent_back_with_a_reason_and_done_again() -> None:
    back = rules.reject(fixed(), BOSS, "还有水渍")
    assert (back.state, back.owner_id, back.returned) == (REJECTED, HAND.id, 1)
    again = rules.fix(back, HAND, NOON + HOUR, (12,))
    assert (again.state, again.after) == (FIXED, (12,))
    lasted = rules.reopen(rules.accept(again, BOSS, NOON + DAY), BOSS, "又脏了")
    assert (lasted.state, lasted.closed_at, lasted.returned) == (REOPENED, None, 2)


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_rejection_a_move_and_a_withdrawal_need_a_reason(reason: str) -> None:
    asks: tuple[Callable[[], Action], ...] = (
        lambda: rules.reject(fixed(), BOSS, reason),
        lambda: rules.reopen(rules.accept(fixed(), BOSS, NOON), BOSS, reason),
        lambda: rules.move(made(), BOSS, NOON + 2 * DAY, NOON, reason),
        lambda: rules.withdraw(made(), BOSS, NOON, reason),
    )
    for ask in asks:
        with pytest.raises(NotAllowed, match=rules.NO_REASON):
            ask()


def test_who_fixed_it_does_not_judge_it() -> None:
    for verb in (ACCEPT, REJECT):
        assert rules.forbidden(fixed(BOSS), verb, BOSS) == rules.OWN_FIX
        assert rules.forbidden(fixed(BOSS), verb, OTHER_BOSS) == ""
        assert rules.forbidden(fixed(HAND), verb, MATE) == rules.NOT_LEADER


@pytest.mark.parametrize(
    ("said", "enough"),
    [
        ("收到", False), ("好的，收到。", False), ("OK", False), ("ＯＫ！", False), ("明白，马上处理", False),
        ("已整改完成", False), ("领导放心，今天下午全部整改到位", False), ("👌👌", False), ("1", False), ("", False),
        ("收到收到收到收到收到", False), ("……", False), ("已经处理好了的", False),
        ("换了灯管", True), ("收到，已重新拖地并摆放防滑牌", True), ("灭火器已更换，有效期到 2028 年", True),
        ("wiped the floor", True),
    ],
)  # fmt: skip
def test_a_receipt_is_no_fix(said: str, enough: bool) -> None:
    assert tells(said) == enough
    if not enough:
        with pytest.raises(NotAllowed, match="收到"):
            rules.fix(rules.claim(made(), HAND), HAND, NOON, (), said)
    assert rules.fix(rules.claim(made(), HAND), HAND, NOON, (1,), said).state == FIXED


@pytest.mark.parametrize(
    ("action", "who", "may"),
    [
        (made(), BOSS, (CLAIM, ASSIGN, MOVE, WITHDRAW)),
        (made(), OTHER_BOSS, (CLAIM, ASSIGN, MOVE)),
        (made(), HAND, (CLAIM,)),
        (made(owner_id=MATE.id), HAND, ()),
        (made(owner_id=HAND.id), HAND, (CLAIM, ASSIGN)),
        (rules.claim(made(), HAND), HAND, (FIX, ASSIGN)),
        (rules.claim(made(), HAND), MATE, ()),
        (rules.claim(made(), HAND), OTHER_BOSS, (ASSIGN, MOVE)),
        (fixed(), HAND, ()),
        (fixed(), BOSS, (ACCEPT, REJECT)),
        (rules.reject(fixed(), BOSS, "不行"), HAND, (CLAIM, FIX, ASSIGN)),
        (rules.accept(fixed(), BOSS, NOON), OTHER_BOSS, (REOPEN,)),
        (rules.accept(fixed(), BOSS, NOON), HAND, ()),
        (rules.withdraw(made(), BOSS, NOON, "建错了"), BOSS, ()),
        *((one, OUTSIDER, ()) for one in (made(), fixed(), made(owner_id=OUTSIDER.id, created_by=OUTSIDER.id))),
    ],
)
def test_what_someone_may_do_now(action: Action, who: Actor, may: tuple[str, ...]) -> None:
    assert verbs(action, who) == may


def test_another_owner_has_yet_to_claim_it() -> None:
    moved = rules.assign(rules.claim(made(), HAND), HAND, MATE.id)
    assert (moved.state, moved.owner_id) == (OPEN, MATE.id)
    assert rules.assign(rules.reject(fixed(), BOSS, "不行"), BOSS, None).state == REJECTED
    with pytest.raises(NotAllowed, match=rules.SAME_OWNER):
        rules.assign(made(owner_id=HAND.id), BOSS, HAND.id)


def test_it_is_put_off_to_a_time_that_is_still_to_come() -> None:
    assert rules.move(made(), BOSS, NOON + 2 * DAY, NOON, "等配件").due_at == NOON + 2 * DAY
    with pytest.raises(NotAllowed, match=rules.PAST):
        rules.move(made(), BOSS, NOON, NOON, "等配件")


@pytest.mark.parametrize(
    ("role", "stores", "works", "leads"),
    [
        ("admin", (), True, True), ("supervisor", (1,), True, True), ("supervisor", (2,), False, False),
        ("staff", (1, 2), True, False), ("staff", (2,), False, False), ("trainee", (1,), False, False),
    ],
)  # fmt: skip
def test_a_role_and_a_store_say_what_someone_is_to_an_action(
    role: str, stores: tuple[int, ...], works: bool, leads: bool
) -> None:
    person = Person(9, "某", role, "Asia/Shanghai", 0, 0, 0, None, False, NOON, None, stores)
    assert actor(person, 1) == Actor(9, works, leads)


REASONS = st.sampled_from(["", "还有水渍"])
TRIES = st.one_of(
    st.tuples(st.just(CLAIM), st.sampled_from(EVERYONE)),
    st.tuples(st.just(FIX), st.sampled_from(EVERYONE), st.sampled_from([(), (9,)]), st.sampled_from(["", "换灯管"])),
    st.tuples(st.just(ACCEPT), st.sampled_from(EVERYONE)),
    st.tuples(st.just(REJECT), st.sampled_from(EVERYONE), REASONS),
    st.tuples(st.just(REOPEN), st.sampled_from(EVERYONE), REASONS),
    st.tuples(st.just(ASSIGN), st.sampled_from(EVERYONE), st.sampled_from([None, *(one.id for one in EVERYONE)])),
    st.tuples(st.just(MOVE), st.sampled_from(EVERYONE), st.integers(-2, 9), REASONS),
    st.tuples(st.just(WITHDRAW), st.sampled_from(EVERYONE), REASONS),
    st.tuples(st.just("again"), st.sampled_from(EVERYONE), st.integers(0, 5)),
    st.tuples(st.just("leave")),
)  # fmt: skip


def tried(action: Action, now: datetime, verb: str, *rest: Any) -> Action:
    """What one try makes of it; raises NotAllowed."""
    if verb == FIX:
        return rules.fix(action, rest[0], now, rest[1], rest[2])
    if verb == MOVE:
        return rules.move(action, rest[0], now + rest[1] * HOUR, now, rest[2])
    if verb in (ACCEPT, WITHDRAW):
        return getattr(rules, verb)(action, rest[0], now, *rest[1:])  # type: ignore[no-any-return]
    if verb == "leave":
        if action.owner_id is None or action.state not in OWED:
            raise NotAllowed("没有人离开。")
        return rules.left(action)
    return getattr(rules, verb)(action, *rest)  # type: ignore[no-any-return]


def replayed(changes: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """What an action is after all its changes, each of which begins where the last one ended."""
    known: dict[str, Any] = {}
    for old, new in changes:
        assert {name: known[name] for name in old} == old
        known |= new
    return known


@settings(max_examples=400, deadline=None)
@given(st.lists(TRIES, max_size=40), st.sampled_from([None, *(one.id for one in EVERYONE)]))
def test_whatever_anyone_tries_the_rules_hold(tries: list[tuple[Any, ...]], owner: int | None) -> None:
    action, now = made(owner_id=owner), NOON
    changes = [rules.changed(None, action)]
    for one in tries:
        now += HOUR
        before = action
        try:
            action = tried(action, now, *one)
        except NotAllowed as error:
            assert str(error).endswith("。")
            assert action == before
            continue
        verb, who = one[0], one[1] if len(one) > 1 else None
        changes.append(rules.changed(before, action))
        assert action.version == before.version + 1
        assert who is None or who.works
        if action.state == ACCEPTED:
            assert before.state == FIXED
            assert verb == ACCEPT
            assert action.judged_by != action.fixed_by
            assert who is not None
            assert who.leads
            assert action.closed_at == now
        if action.state == FIXED and verb != "again":
            assert before.state in (CLAIMED, REJECTED, REOPENED)
            assert action.fixed_by == action.owner_id
            assert action.after or tells(action.evidence)
        if action.state == CLAIMED:
            assert action.owner_id is not None
        if action.state == WITHDRAWN:
            assert verb == WITHDRAW
            assert who is not None
            assert who.id == action.created_by
        assert (action.closed_at is None) == (action.state in (*OWED, FIXED))
        assert before.state != WITHDRAWN
        assert action.repeat > before.repeat if verb == "again" else action.repeat == before.repeat
        constant = ("id", "store_id", "title", "created_at", "created_by", "before")
        assert all(getattr(action, name) == getattr(before, name) for name in constant)
    assert replayed(changes) == rules.changed(None, action)[1]


def test_figures_count_what_is_closed_in_time_and_how_long_it_took() -> None:
    done = [
        rules.accept(rules.fix(rules.claim(made(), HAND), HAND, NOON + n * HOUR, (1,)), BOSS, NOON + n * HOUR)
        for n in (10, 20, 30)
    ]
    gone = rules.withdraw(made(), BOSS, NOON, "建错了")
    found = figures([*done, made(), made(due_at=NOON + 90 * HOUR), gone], NOON + 40 * HOUR)
    assert (found.made, found.closed, found.late) == (5, 3, 1)
    assert (found.rate, found.in_time, found.typical) == (0.6, 2 / 3, 20 * HOUR)
    nothing = figures([], NOON)
    assert (nothing.made, nothing.rate, nothing.in_time, nothing.typical) == (0, None, None, None)


async def peopled(connection: Connection) -> tuple[int, Person, Person]:
    store = await Stores(connection).save("SH-01", "浦东店", "华东")
    people = People(connection)
    boss = await people.add("老王", "supervisor", "Asia/Shanghai", NOON, stores=[store.id])
    return store.id, boss, await people.add("小李", "staff", "Asia/Shanghai", NOON, stores=[store.id])


async def kept(connection: Connection, **changes: Any) -> tuple[Action, Actor, Actor]:
    store, boss, hand = await peopled(connection)
    values = {"store_id": store, "created_by": boss.id, "id": 0, "item_key": "5s-front/floor", "before": (1, 2)}
    one = await Actions(connection).make(made(**values | changes))
    return one, actor(boss, store), actor(hand, store)


async def test_every_change_is_kept_with_who_when_old_and_new(database: Database) -> None:
    async with database.write() as connection:
        actions = Actions(connection)
        one, boss, hand = await kept(connection)
        steps: list[tuple[str, Actor, Action]] = []
        steps.append((CLAIM, hand, rules.claim(one, hand)))
        steps.append((MOVE, boss, rules.move(steps[-1][2], boss, NOON + 3 * DAY, NOON, "等配件")))
        steps.append((FIX, hand, rules.fix(steps[-1][2], hand, NOON + HOUR, (5,), "擦干净了")))
        steps.append((ACCEPT, boss, rules.accept(steps[-1][2], boss, NOON + 2 * HOUR)))
        was = one
        for verb, who, new in steps:
            was = await actions.save(
                was, new, verb, who.id, NOON + new.version * HOUR, "等配件" if verb == MOVE else ""
            )
    async with database.read() as connection:
        found = await Actions(connection).get(one.id)
        assert found == was
        history = await Actions(connection).history(one.id)
    assert [(change.verb, change.person_id) for change in history] == [
        ("make", boss.id), (CLAIM, hand.id), (MOVE, boss.id), (FIX, hand.id), (ACCEPT, boss.id),
    ]  # fmt: skip
    moved = history[2]
    assert (moved.at, moved.reason) == (NOON + 2 * HOUR, "等配件")
    assert (moved.old, moved.new) == (
        {"due_at": (NOON + DAY).isoformat()}, {"due_at": (NOON + 3 * DAY).isoformat()},
    )  # fmt: skip
    assert replayed([(change.old, change.new) for change in history]) == rules.changed(None, was)[1]


async def test_of_two_who_do_something_at_once_one_wins_and_the_other_learns_it(database: Database) -> None:
    async with database.write() as connection:
        one, boss, hand = await kept(connection)
    both, order = asyncio.Barrier(2), count()

    async def doing(verb: str, new: Action, who: Actor) -> str:
        async with database.read() as connection:
            seen = await Actions(connection).get(one.id)
            assert seen == one
        await both.wait()
        try:
            async with database.write() as connection:
                await Actions(connection).save(seen, new, verb, who.id, NOON + next(order) * HOUR)
        except Overtaken:
            return "overtaken"
        return verb

    did = await asyncio.gather(
        doing(CLAIM, rules.claim(one, hand), hand),
        doing(WITHDRAW, rules.withdraw(one, boss, NOON, "建错了"), boss),
    )
    assert sorted(verb == "overtaken" for verb in did) == [False, True]
    async with database.read() as connection:
        found = await Actions(connection).get(one.id)
        history = await Actions(connection).history(one.id)
    assert found is not None
    won = next(verb for verb in did if verb != "overtaken")
    assert found.state == (CLAIMED if won == CLAIM else WITHDRAWN)
    assert [change.verb for change in history] == ["make", won]


async def test_of_ten_who_claim_it_at_once_one_has_it(database: Database) -> None:
    async with database.write() as connection:
        one, _, _ = await kept(connection)
        people = [await People(connection).add(f"甲{n}", "staff", "UTC", NOON) for n in range(10)]

    async def claiming(person: Person) -> bool:
        try:
            async with database.write() as connection:
                await Actions(connection).save(
                    one, rules.claim(one, Actor(person.id, True, False)), CLAIM, person.id, NOON
                )
        except Overtaken:
            return False
        return True

    won = await asyncio.gather(*map(claiming, people))
    assert sum(won) == 1
    async with database.read() as connection:
        found = await Actions(connection).get(one.id)
    assert found is not None
    assert found.owner_id == people[won.index(True)].id


async def test_a_change_that_is_rolled_back_leaves_no_trace(database: Database) -> None:
    async with database.write() as connection:
        one, _, hand = await kept(connection)
    with pytest.raises(ZeroDivisionError):
        async with database.write() as connection:
            await Actions(connection).save(one, rules.claim(one, hand), CLAIM, hand.id, NOON)
            raise ZeroDivisionError
    async with database.read() as connection:
        assert await Actions(connection).get(one.id) == one
        assert len(await Actions(connection).history(one.id)) == 1


async def test_actions_are_found_by_store_state_owner_and_lateness(database: Database) -> None:
    async with database.write() as connection:
        actions = Actions(connection)
        first, boss, hand = await kept(connection)
        other = await Stores(connection).save("SH-02", "浦西店", "华东")
        second = await actions.make(made(store_id=other.id, created_by=boss.id, due_at=NOON + HOUR, owner_id=hand.id))
        third = await actions.save(first, rules.claim(first, hand), CLAIM, hand.id, NOON)
        done = await actions.save(third, rules.fix(third, hand, NOON, (1,)), FIX, hand.id, NOON)
    for which, expected in (
        (Which(), [second, done]),
        (Which(stores={other.id}), [second]),
        (Which(stores=set()), []),
        (Which(states=(FIXED, ACCEPTED)), [done]),
        (Which(owners=(hand.id,)), [second, done]),
        (Which(owners=(None, boss.id)), []),
        (Which(states=(FIXED,), others=hand.id), []),
        (Which(states=(FIXED,), others=boss.id), [done]),
        (Which(late_at=NOON + 2 * DAY), [second]),
        (Which(made_since=NOON + HOUR), []),
        (Which(made_until=NOON + HOUR, made_since=NOON), [second, done]),
        (Which(source=("check", 1)), []),
    ):
        async with database.read() as connection:
            assert await Actions(connection).all(which) == expected, which
            assert await Actions(connection).count(which) == len(expected)
    async with database.read() as connection:
        assert await Actions(connection).counts(Which(), "state") == {OPEN: 1, FIXED: 1}
        assert await Actions(connection).counts(Which(), "store_id") == {first.store_id: 1, other.id: 1}
        assert await Actions(connection).counts(Which(states=(OPEN,)), "owner_id") == {hand.id: 1}
        assert await Actions(connection).all(Which(), limit=1, offset=1) == [done]


async def test_what_someone_who_leaves_had_taken_on_is_open_again(database: Database) -> None:
    async with database.write() as connection:
        actions, people = Actions(connection), People(connection)
        one, boss, hand = await kept(connection)
        two = await actions.make(made(store_id=one.store_id, created_by=boss.id, owner_id=hand.id, id=0))
        claimed = await actions.save(one, rules.claim(one, hand), CLAIM, hand.id, NOON)
        done = await actions.save(claimed, rules.fix(claimed, hand, NOON, (1,)), FIX, hand.id, NOON)
        admin = await people.add("老总", "admin", "Asia/Shanghai", NOON)
        await Reminders(connection).put(Reminder("action:2", hand.id, "action", NOON + DAY))
        await Reminders(connection).put(Reminder("own", hand.id, "say", NOON + DAY))
        await people.leave(hand.id, NOON + HOUR)
        found = await actions.get(two.id)
        assert found is not None
        assert (found.state, found.owner_id) == (OPEN, None)
        last = (await actions.history(two.id))[-1]
        assert (last.verb, last.person_id, last.at) == ("leave", None, NOON + HOUR)
        assert await actions.get(one.id) == done  # what is done stays theirs
        assert [row.key for row in await Reminders(connection).of(admin.id)] == ["action:2"]
        assert await Reminders(connection).of(hand.id) == []


async def test_an_item_that_fails_again_is_counted_and_known_to_have_come_back(database: Database) -> None:
    async with database.write() as connection:
        actions = Actions(connection)
        first, boss, hand = await kept(connection)
        for verb, who, what in ((CLAIM, hand, rules.claim), (FIX, hand, None), (ACCEPT, boss, None)):
            new = (
                what(first, who) if what
                else rules.fix(first, who, NOON, (1,)) if verb == FIX
                else rules.accept(first, who, NOON)
            )  # fmt: skip
            first = await actions.save(first, new, verb, who.id, NOON)
        key = first.item_key
        again = await actions.make(replace(made(), id=0, store_id=first.store_id, created_by=boss.id, item_key=key,
                                           created_at=NOON + 10 * DAY))  # fmt: skip
        assert await actions.times(first.store_id, [key, "other", ""]) == {key: 2}
        assert await actions.times(first.store_id + 1, [key]) == {}
        assert await actions.came_back([first, again], 30) == {first.id: Return(again.created_at, again.id)}
        assert await actions.came_back([first], 9) == {}
        gone = rules.withdraw(again, boss, NOON, "建错了")
        await actions.save(again, gone, WITHDRAW, boss.id, NOON, "建错了")
        assert await actions.times(first.store_id, [key]) == {key: 1}
        assert await actions.came_back([first], 30) == {}
        listed = Checklist("5s-front", "5S", "1", "", (Section("s", "一", (Item("floor", "地面"),)),))
        for day, value in ((5, True), (7, False)):
            when = NOON + day * DAY
            mark = CheckMark("floor", value, skipped=False, failed=not value, times=0, note="", photos=())
            await Checks(connection).add(first.store_id, boss.id, listed, Rules(), [mark], when, when)
        assert await actions.came_back([first], 30) == {first.id: Return(NOON + 7 * DAY, None)}
        assert await actions.came_back([first], 6) == {}
