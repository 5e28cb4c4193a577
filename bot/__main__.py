"""The command line: `dudao …`."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot import config

FAILED, USAGE = 1, 2


def parser() -> argparse.ArgumentParser:
    """Every command with its options; those for all commands stand before the command."""
    top = argparse.ArgumentParser(prog="dudao", description="督导助手:汽车售后督导的问答机器人")
    top.add_argument("--home", type=Path, help="存放全部数据的文件夹(默认 ./var,或环境变量 DUDAO_HOME)")
    top.add_argument("--config", type=Path, default=Path("config.yaml"), help="配置文件(默认 ./config.yaml)")
    top.add_argument("--no-handbook", action="store_true", help="不使用内置手册,只用自己的文档")
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")

    commands.add_parser("run", help="启动已配置的所有渠道;没有令牌时只启动本机网页")
    commands.add_parser("chat", help="在终端里对话")
    for name, text in (("ask", "回答一个问题"), ("search", "列出回答背后的章节,最相关的在前")):
        one = commands.add_parser(name, help=text)
        one.add_argument("question", nargs="?", help="问题")
        one.add_argument("--batch", type=Path, metavar="FILE", help="每行一个问题")
        one.add_argument("--json", action="store_true", help="输出 JSON,每个问题一行")
        if name == "search":
            one.add_argument("--k", type=int, default=10, help="章节数(默认 10)")
    ingest = commands.add_parser("ingest", help="添加或替换文档(文件或文件夹)")
    ingest.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    ingest.add_argument("--json", action="store_true")
    documents = commands.add_parser("documents", help="列出文档")
    documents.add_argument("--json", action="store_true")
    commands.add_parser("forget", help="删除一份文档").add_argument("name")
    evaluate = commands.add_parser("eval", help="用带标注的问题检验检索、回答和拒答;已整理的问答也一并检验")
    evaluate.add_argument("file", nargs="?", type=Path)
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument("--failures", action="store_true", help="列出没答好的问题")
    unanswered = commands.add_parser("unanswered", help="列出没答上或被点 👎 的问题,相近的归为一组")
    unanswered.add_argument("--json", action="store_true")
    _faq(commands.add_parser("faq", help="整理好的问答:优先于检索"))
    doctor = commands.add_parser("doctor", help="检查配置、连接和缺失项,并说明怎么修")
    doctor.add_argument("--json", action="store_true")
    return top


def _faq(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="动作")
    add = actions.add_parser("add", help="添加或更新一条")
    add.add_argument("question")
    add.add_argument("answer")
    add.add_argument("--author", default="", help="整理人(默认当前系统用户)")
    listing = actions.add_parser("list", help="列出全部")
    listing.add_argument("--json", action="store_true")
    actions.add_parser("forget", help="删除一条").add_argument("id", type=int)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 done, 1 the work failed, 2 wrong usage."""
    options = parser().parse_args(arguments)
    if options.command in ("ask", "search") and (options.question is None) == (options.batch is None):
        parser().error(f"{options.command} 需要一个问题,或 --batch FILE")
    try:
        settings = config.load(os.environ, options.config, options.home, not options.no_handbook)
        command = _command(options)
        return asyncio.run(command(settings, options))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except _expected() as error:
        print(f"dudao: {error}", file=sys.stderr)
        return FAILED


def _command(options: argparse.Namespace) -> Callable[..., "asyncio._CoroutineLike[int]"]:
    from bot import commands, doctor, serving

    return {
        "run": serving.run,
        "chat": serving.chat,
        "ask": commands.ask,
        "search": commands.search,
        "ingest": commands.ingest,
        "documents": commands.documents,
        "forget": commands.forget,
        "eval": commands.evaluation,
        "unanswered": commands.unanswered,
        "faq": commands.faq,
        "doctor": doctor.doctor,
    }[options.command]


def _expected() -> tuple[type[Exception], ...]:
    """Failures whose message already says what and how to mend it."""
    from bot.web.server import WebError
    from knowledge.glossary import BadGlossary
    from records.database import RecordsError
    from retrieval.evaluate import BadQuestions
    from retrieval.model.types import ModelError
    from retrieval.vectors import VectorsError

    return (config.BadConfig, RecordsError, BadGlossary, ModelError, VectorsError, BadQuestions, WebError, OSError)


if __name__ == "__main__":
    sys.exit(main())
