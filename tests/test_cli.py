"""The command line is a contract: what other people's scripts see of every command."""

import json
import os
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import PRICES, Ran, process

Dudao = Callable[..., Ran]
ASKED = "普通洗车要在多少分钟内完成？"
FOREIGN = "火星基地的氧气配给由谁审批？"


@pytest.fixture
def own(dudao: Dudao, own_home: Path) -> Dudao:
    """`dudao --home … --no-handbook …` on our four documents."""

    def run(*arguments: object, **options: Any) -> Ran:
        return dudao("--home", own_home, "--no-handbook", *arguments, **options)

    return run


def one(ran: Ran) -> Any:
    """The one JSON object a command printed."""
    assert ran.status == 0, ran.err
    [line] = ran.lines
    return json.loads(line)


def test_ask_prints_the_answer_and_where_it_stands(own: Dudao) -> None:
    ran = own("ask", ASKED)
    assert ran.status == 0
    assert "25分钟" in ran.out
    assert ran.lines[-1].startswith("—— 《洗车》")
    assert "洗车时限" in ran.out


def test_ask_as_json_has_exactly_the_shape_of_the_contract(own: Dudao) -> None:
    answer = one(own("ask", ASKED, "--json"))
    assert list(answer) == ["question", "answered", "answer", "citations", "seconds"]
    assert (answer["question"], answer["answered"]) == (ASKED, True)
    cited = answer["citations"][0]
    assert list(cited) == ["document", "version", "section", "page", "quote"]
    assert (cited["document"], cited["version"], cited["page"]) == ("洗车", "2.1", None)
    assert cited["section"][-1] == "洗车时限"
    assert "25分钟" in cited["quote"]
    assert isinstance(answer["seconds"], float)


def test_a_refusal_cites_nothing_and_is_done_all_the_same(own: Dudao) -> None:
    answer = one(own("ask", FOREIGN, "--json"))
    assert (answer["answered"], answer["citations"]) == (False, [])
    assert "不知道" in answer["answer"]


def test_search_as_json_has_exactly_the_shape_of_the_contract(own: Dudao) -> None:
    found = one(own("search", ASKED, "--k", 3, "--json"))
    assert list(found) == ["question", "passages", "seconds"]
    assert 1 <= len(found["passages"]) <= 3
    first = found["passages"][0]
    assert list(first) == ["document", "section", "text", "score"]
    assert (first["document"], first["section"][-1]) == ("洗车", "洗车时限")
    scores = [passage["score"] for passage in found["passages"]]
    assert scores == sorted(scores, reverse=True)


def test_search_for_people_numbers_its_sections(own: Dudao) -> None:
    assert own("search", ASKED).out.startswith("1. ")


def test_ingest_as_json_has_exactly_the_shape_of_the_contract(own: Dudao, tmp_path: Path) -> None:
    (tmp_path / "照明.md").write_text("# 照明\n\n工位照明不低于300勒克斯。\n", encoding="utf-8")
    done = one(own("ingest", tmp_path / "照明.md", "--json"))
    assert list(done) == ["documents"]
    [document] = done["documents"]
    assert list(document) == ["name", "sections", "passages", "seconds", "warnings"]
    assert (document["name"], document["sections"], document["passages"]) == ("照明", 1, 1)
    assert "300勒克斯" in own("ask", "工位照明不低于多少").out


def test_ingest_for_people_is_a_line_a_document(own: Dudao, papers: Path) -> None:
    ran = own("ingest", papers)
    assert ran.status == 0
    assert [re.split(r"\W", line)[0] for line in ran.lines if not line.startswith(" ")] == [
        "价目",
        "客休区",
        "工具",
        "洗车",
    ]
    assert ran.out.count("没有变化") == 4


def test_a_bad_file_is_one_line_on_stderr_and_the_others_go_in(own: Dudao, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 not really")
    (folder / "空.txt").write_text("")
    (folder / "好.md").write_text("# 照明\n\n工位照明不低于300勒克斯。\n", encoding="utf-8")
    ran = own("ingest", folder, tmp_path / "没有.md", "--json")
    assert ran.status == 1
    told = [line for line in ran.err.splitlines() if line.startswith("dudao: ")]
    assert len(told) == 3
    assert all(any(name in line for line in told) for name in ("坏.pdf", "空.txt", "没有.md"))
    assert {row["name"]: row["passages"] > 0 for row in json.loads(ran.out)["documents"]} == {
        "坏": False, "空": False, "好": True, "没有": False
    }  # fmt: skip
    assert "300勒克斯" in own("ask", "工位照明不低于多少").out
    assert "25分钟" in own("ask", ASKED).out


def test_an_empty_folder_is_told(own: Dudao, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = own("ingest", tmp_path / "empty")
    assert (ran.status, ran.out) == (1, "")
    assert "dudao: " in ran.err


def test_documents_lists_what_is_there(own: Dudao) -> None:
    assert [line.split()[0] for line in own("documents").lines] == ["价目", "客休区", "工具", "洗车"]
    rows = [json.loads(line) for line in own("documents", "--json").lines]
    assert [(row["name"], row["bundled"]) for row in rows][-1] == ("洗车", False)
    assert rows[-1]["version"] == "2.1"


def test_forget_takes_a_document_out(own: Dudao) -> None:
    assert own("forget", "洗车").status == 0
    assert not one(own("ask", ASKED, "--json"))["answered"]
    ran = own("forget", "洗车")
    assert ran.status == 1
    assert "工具" in ran.err  # the names there are


def test_a_batch_is_answered_line_for_line(own: Dudao, tmp_path: Path) -> None:
    lines = [ASKED, "", "洗车分几步？", "   ", "😀", FOREIGN, "\x01\x02", "a" * 20_000, "最后一问"]
    (tmp_path / "batch.txt").write_text("\n".join(lines), encoding="utf-8")
    ran = own("ask", "--batch", tmp_path / "batch.txt", "--json")
    assert ran.status == 0
    answers = [json.loads(line) for line in ran.lines]
    assert [answer["question"] for answer in answers] == lines
    assert [answer["answered"] for answer in answers[:5]] == [True, False, True, False, False]


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("一\n二\n", ["一", "二"]),
        ("一\n二", ["一", "二"]),
        ("\n\n", ["", ""]),
        ("", []),
        ("\ufeff一\r\n二\r\n", ["一", "二"]),
        ("一\u2028二\x0b三\n", ["一\u2028二\x0b三"]),
    ],
)
def test_a_batch_has_as_many_questions_as_lines(own: Dudao, tmp_path: Path, text: str, questions: list[str]) -> None:
    (tmp_path / "batch.txt").write_bytes(text.encode())
    for command in ("ask", "search"):
        ran = own(command, "--batch", tmp_path / "batch.txt", "--json")
        assert ran.status == 0
        assert [json.loads(line)["question"] for line in ran.out.split("\n")[:-1]] == questions


def test_a_batch_may_come_from_stdin_even_with_broken_bytes(own: Dudao) -> None:
    ran = own("ask", "--batch", "-", "--json", stdin=f"{ASKED}\n".encode() + b"\xff\xfe?\n\n")
    answers = [json.loads(line) for line in ran.lines]
    assert [answer["answered"] for answer in answers] == [True, False, False]


@pytest.mark.parametrize("missing", ["nowhere.txt", "."])
def test_a_batch_that_cannot_be_read_is_told(own: Dudao, missing: str) -> None:
    ran = own("ask", "--batch", missing, "--json")
    assert (ran.status, ran.out) == (1, "")
    assert missing in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nothing",),
        ("ask",),
        ("ask", "一", "--batch", "x"),
        ("search", "一", "--k", "0"),
        ("search", "一", "--k", "x"),
        ("ask", "一", "--home", "x"),
        ("ingest",),
        ("forget",),
        ("faq",),
        ("faq", "add", "一"),
        ("faq", "forget", "x"),
        ("--port", "1", "run"),
    ],
)
def test_wrong_usage_is_2_and_says_how(dudao: Dudao, arguments: tuple[str, ...]) -> None:
    ran = dudao(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert "usage: dudao" in ran.err


def test_help_names_every_command(dudao: Dudao) -> None:
    ran = dudao("--help")
    assert ran.status == 0
    known = {line.split()[0] for line in ran.lines if line.startswith("    ") and line.strip()}
    assert {"run", "chat", "ask", "search", "ingest", "documents", "forget", "eval", "unanswered", "faq"} <= known
    assert "doctor" in known


def test_an_unknown_config_key_is_named_with_the_nearest(dudao: Dudao, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("web:\n  prot: 8081\n")
    ran = dudao("documents")
    assert (ran.status, ran.out) == (1, "")
    assert all(word in ran.err for word in ("config.yaml", "web.prot", "web.port"))


def test_a_config_file_that_is_named_must_be_there(dudao: Dudao, tmp_path: Path) -> None:
    ran = dudao("--config", tmp_path / "nowhere.yaml", "documents")
    assert ran.status == 1
    assert "nowhere.yaml" in ran.err


def test_options_for_all_commands_stand_before_the_command(dudao: Dudao, tmp_path: Path, own_home: Path) -> None:
    (tmp_path / "other.yaml").write_text(f"home: {own_home}\nhandbook: false\n", encoding="utf-8")
    assert len(dudao("--config", tmp_path / "other.yaml", "documents").lines) == 4
    assert dudao("--config", tmp_path / "other.yaml", "--home", tmp_path / "new", "documents").err == ""
    assert (tmp_path / "new" / "dudao.db").exists()


def test_the_home_may_come_from_the_environment(dudao: Dudao, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUDAO_HOME", str(own_home))
    monkeypatch.setenv("DUDAO__HANDBOOK", "false")
    assert len(dudao("documents").lines) == 4


@pytest.mark.parametrize("command", [("documents",), ("ask", "一")])
def test_a_home_that_cannot_be_used_is_told(dudao: Dudao, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "letter").write_text("not a folder")
    for home in (tmp_path / "letter", tmp_path / "letter" / "inside"):
        ran = dudao("--home", home, *command)
        assert (ran.status, ran.out) == (1, "")
        assert "letter" in ran.err
        assert "Traceback" not in ran.err


def test_a_broken_database_is_told(own: Dudao, own_home: Path) -> None:
    (own_home / "dudao.db").write_bytes(b"not a database " * 999)
    for suffix in ("-wal", "-shm"):
        own_home.joinpath(f"dudao.db{suffix}").unlink(missing_ok=True)
    ran = own("documents")
    assert ran.status == 1
    assert "dudao.db" in ran.err
    assert "Traceback" not in ran.err


def test_the_handbook_is_there_unless_it_is_left_out(dudao: Dudao, handbook_home: Path) -> None:
    known = dudao("--home", handbook_home, "documents", "--json")
    assert len(known.lines) >= 14
    assert all(json.loads(line)["bundled"] for line in known.lines)
    answer = one(dudao("--home", handbook_home, "ask", "5S是什么", "--json"))
    assert answer["citations"][0]["document"] == "5S现场管理"
    assert dudao("--home", handbook_home, "--no-handbook", "documents", "--json").lines == []
    assert not one(dudao("--home", handbook_home, "--no-handbook", "ask", "5S是什么", "--json"))["answered"]


def test_ones_own_document_takes_the_place_of_a_bundled_one(dudao: Dudao, handbook_home: Path, tmp_path: Path) -> None:
    (tmp_path / "5S现场管理.md").write_text("# 本店5S\n\n本店5S由老郑在周三检查。\n", encoding="utf-8")
    assert dudao("--home", handbook_home, "ingest", tmp_path / "5S现场管理.md").status == 0
    rows = [json.loads(line) for line in dudao("--home", handbook_home, "documents", "--json").lines]
    assert [row["bundled"] for row in rows if row["name"] == "5S现场管理"] == [False]


def test_unanswered_questions_become_curated_answers_and_cases(own: Dudao, tmp_path: Path) -> None:
    own("ask", FOREIGN)
    own("ask", FOREIGN.replace("？", "?"))
    own("ask", ASKED)
    own("ask", "😀")
    group = one(own("unanswered", "--json"))
    assert (group["question"], group["times"], group["reasons"]) == (FOREIGN, 2, ["没答上"])
    assert own("faq", "add", FOREIGN, "由站长老郑审批。", "--author", "小林").status == 0
    assert own("unanswered", "--json").out == ""

    answer = one(own("ask", "请问火星基地的氧气配给由谁审批呢", "--json"))
    assert (answer["answered"], answer["answer"], answer["citations"]) == (True, "由站长老郑审批。", [])
    assert "小林" in own("ask", FOREIGN).lines[-1]
    assert "25分钟" in own("ask", ASKED).out

    (tmp_path / "cases.jsonl").write_text(json.dumps({"question": ASKED, "answer": [["25分钟"]], "relevant": ["洗车"]}))
    figures = one(own("eval", tmp_path / "cases.jsonl", "--json"))
    assert (figures["questions"], figures["R@1"], figures["reply_holds_every_fact"]) == (1, 1.0, 1.0)
    assert (figures["faq"]["questions"], figures["faq"]["reply_holds_every_fact"]) == (1, 1.0)


def test_curated_answers_are_listed_and_forgotten(own: Dudao) -> None:
    own("faq", "add", FOREIGN, "旧答案", "--author", "小林")
    own("faq", "add", FOREIGN, "新答案", "--author", "老郑")
    faq = one(own("faq", "list", "--json"))
    assert (faq["question"], faq["answer"], faq["author"], faq["uses"]) == (FOREIGN, "新答案", "老郑", 0)
    own("ask", FOREIGN)
    assert one(own("faq", "list", "--json"))["uses"] == 1
    assert own("faq", "forget", faq["id"]).status == 0
    assert own("faq", "forget", faq["id"]).status == 1
    assert own("faq", "list", "--json").out == ""
    assert own("faq", "add", " ", "答案").status == 2


def test_eval_without_a_file_checks_the_curated_answers(own: Dudao) -> None:
    own("faq", "add", FOREIGN, "由站长审批。")
    assert one(own("eval", "--json"))["faq"]["questions"] == 1
    assert "已整理的问答" in own("eval").out


@pytest.mark.parametrize("line", ["{", '{"answer": []}', "[]", '{"question": "x", "answer": "y"}'])
def test_a_bad_case_is_told_with_its_line(own: Dudao, tmp_path: Path, line: str) -> None:
    (tmp_path / "cases.jsonl").write_text(f'{{"question": "好"}}\n{line}\n')
    ran = own("eval", tmp_path / "cases.jsonl")
    assert ran.status == 1
    assert "cases.jsonl:2" in ran.err


def test_eval_names_what_failed(own: Dudao, tmp_path: Path) -> None:
    cases = [{"question": ASKED, "answer": [["99分钟"]]}, {"question": FOREIGN, "answerable": False}]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, cases)))
    ran = own("eval", tmp_path / "cases.jsonl", "--failures", "--json")
    assert ran.err.splitlines()[-1].endswith(ASKED)
    assert one(ran)["unanswerable_refused"] == 1.0


def test_doctor_finds_a_sound_home_sound(own: Dudao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUDAO__WEB__PORT", "0")
    report = one(own("doctor", "--json"))
    assert report["ok"]
    states = {finding["check"]: finding["state"] for finding in report["findings"]}
    assert {states[check] for check in ("Python", "时区", "数据文件夹", "数据库", "检索模型", "文档", "索引")} == {"对"}
    assert (states["配置"], states["大模型"]) == ("缺", "缺")
    assert all(line.startswith(("[对]", "[缺]", "    →")) for line in own("doctor").lines)


def test_doctor_needs_no_sound_home(own: Dudao, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUDAO__LLM__MODEL", "some-model")
    monkeypatch.setenv("DUDAO__LLM__BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LLM_API_KEY", "sk-very-secret")
    monkeypatch.setenv("DUDAO__INGEST__OCR", "true")
    (own_home / "dudao.db").write_bytes(b"not a database " * 999)
    for suffix in ("-wal", "-shm"):
        own_home.joinpath(f"dudao.db{suffix}").unlink(missing_ok=True)
    ran = own("doctor", "--json")
    assert ran.status == 1
    bad = {finding["check"] for finding in json.loads(ran.out)["findings"] if finding["state"] == "错"}
    assert {"数据库", "大模型"} <= bad
    assert all(finding["mend"] for finding in json.loads(ran.out)["findings"] if finding["state"] == "错")
    assert "sk-very-secret" not in ran.out + ran.err


def test_doctor_finds_missing_vectors_and_a_server_that_is_away(
    own: Dudao, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUDAO__INDEX__URL", "http://127.0.0.1:9")
    ran = own("doctor", "--json")
    assert ran.status == 1
    [index] = [finding for finding in json.loads(ran.out)["findings"] if finding["check"] == "索引"]
    assert "127.0.0.1:9" in index["detail"]


def test_doctor_tells_of_a_config_that_cannot_be_read(dudao: Dudao, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("time_zone: Mars/Base\n")
    ran = dudao("doctor", "--json")
    assert ran.status == 1
    [finding] = json.loads(ran.out)["findings"]
    assert "time_zone" in finding["detail"]


def test_doctor_in_an_empty_folder_leaves_nothing_to_fear(dudao: Dudao, tmp_path: Path) -> None:
    ran = dudao("--home", tmp_path / "new", "doctor", "--json")
    states = {finding["check"]: finding["state"] for finding in json.loads(ran.out)["findings"]}
    assert (states["数据库"], states["索引"]) == ("缺", "缺")


def test_a_pipe_that_closes_early_is_no_accident(own_home: Path, tmp_path: Path) -> None:
    (tmp_path / "batch.txt").write_text("洗车\n" * 3000, encoding="utf-8")
    running = process("--home", own_home, "--no-handbook", "search", "--batch", tmp_path / "batch.txt", cwd=tmp_path)
    assert running.stdout is not None
    running.stdout.readline()
    running.stdout.close()
    running.stdout = None
    _, err = running.communicate(timeout=120)
    assert running.returncode == 1
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err


def test_json_is_utf8_whatever_the_terminal_speaks(own_home: Path, tmp_path: Path) -> None:
    foreign = {**os.environ, "PYTHONIOENCODING": "gb18030"}
    arguments = ("--home", own_home, "--no-handbook", "ask", ASKED)
    with process(*arguments, "--json", cwd=tmp_path, env=foreign) as running:
        out, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    assert json.loads(out.decode("utf-8"))["question"] == ASKED
    with process(*arguments, cwd=tmp_path, env=foreign) as running:
        out, _ = running.communicate(timeout=120)
    assert "25分钟" in out.decode("gb18030")


def test_chat_in_the_terminal_answers_and_presses_buttons(own_home: Path, tmp_path: Path) -> None:
    said = f"{ASKED}\n1\n\n{'9' * 5000}\n退出\n"
    with process("--home", own_home, "--no-handbook", "chat", cwd=tmp_path) as running:
        out, err = running.communicate(said.encode(), timeout=120)
    text = out.decode()
    assert running.returncode == 0, err
    assert "25分钟" in text
    assert "[1] 原文" in text
    assert "精洗须在70分钟内完成" in text


def test_run_serves_the_page_until_it_is_told_to_stop(own_home: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "DUDAO__WEB__PORT": "0", "PYTHONWARNINGS": "ignore"}
    with process("--home", own_home, "--no-handbook", "run", cwd=tmp_path, env=environment) as running:
        assert running.stdout is not None
        address = running.stdout.readline().decode().strip().rpartition("http://")[2]
        with urllib.request.urlopen(f"http://{address}/", timeout=60) as answer:
            page = answer.read().decode()
        running.terminate()
        _, err = running.communicate(timeout=60)
    assert "督导助手" in page
    assert running.returncode == 0, err


def test_the_csv_of_the_fixtures_is_a_table(own: Dudao) -> None:
    assert "86元" in PRICES
    assert "86元" in own("ask", "更换空调滤芯多少钱").out
