"""The command line: `dudao …`."""

import argparse
import asyncio
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bot import config_file
from bot.config import Settings
from bot.loop import new_loop

FAILED, USAGE = 1, 2
_REFUSED = {
    errno.ENOSPC: "磁盘满了。已入库的文档不受影响；请清理磁盘后再试。",
    errno.EACCES: "没有读写权限。请修改权限，或用 --home 换一个文件夹。",
    errno.EPERM: "没有读写权限。请修改权限，或用 --home 换一个文件夹。",
    errno.EROFS: "这里只能读，不能写。请用 --home 换一个文件夹。",
    errno.EEXIST: "这里已经有一个文件，不能当作文件夹使用。请用 --home 换一个文件夹。",
    errno.ENOTDIR: "路径中有一段是文件，不是文件夹。请检查路径。",
    errno.ENOENT: "找不到。请检查路径。",
}

_COMMANDS = {
    "run": ("serving", "run"),
    "chat": ("serving", "chat"),
    "ask": ("commands", "ask"),
    "search": ("commands", "search"),
    "ingest": ("commands", "ingest"),
    "documents": ("commands", "documents"),
    "forget": ("commands", "forget"),
    "eval": ("commands", "evaluation"),
    "unanswered": ("commands", "unanswered"),
    "faq": ("commands", "faq"),
    "backup": ("backup", "backup"),
    "restore": ("backup", "restore"),
    "invite": ("people_commands", "invite"),
    "demo": ("people_commands", "demo"),
    "certificate": ("certificate", "certificate"),
    "doctor": ("doctor", "doctor"),
}


def parser() -> argparse.ArgumentParser:
    """Every command with its options; those for all commands stand before the command."""
    top = argparse.ArgumentParser(prog="dudao", description="督导助手：汽车售后督导的问答机器人")
    top.add_argument("--home", type=Path, help="存放全部数据的文件夹（默认 ./var，或环境变量 DUDAO_HOME）")
    top.add_argument("--config", type=Path, help="配置文件（默认 ./config.yaml）")
    top.add_argument("--no-handbook", action="store_true", help="不使用内置手册，只用自己的文档")
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")

    commands.add_parser("run", help="启动已配置的所有渠道；没有令牌时只启动本机网页")
    commands.add_parser("chat", help="在终端里对话")
    for name, text in (("ask", "回答一个问题"), ("search", "列出回答背后的章节，最相关的在前")):
        one = commands.add_parser(name, help=text)
        one.add_argument("question", nargs="?", help="问题")
        one.add_argument("--batch", type=Path, metavar="FILE", help="每行一个问题")
        one.add_argument("--json", action="store_true", help="输出 JSON，每个问题一行")
        if name == "search":
            one.add_argument("--k", type=_positive, default=10, help="章节数（默认 10）")
    ingest = commands.add_parser("ingest", help="添加或替换文档（文件或文件夹）")
    ingest.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    ingest.add_argument("--json", action="store_true")
    documents = commands.add_parser("documents", help="列出文档")
    documents.add_argument("--json", action="store_true")
    commands.add_parser("forget", help="删除一份文档").add_argument("name")
    evaluate = commands.add_parser("eval", help="用带标注的问题检验检索、回答和拒答；已整理的问答也一并检验")
    evaluate.add_argument("file", nargs="?", type=Path)
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument("--failures", action="store_true", help="列出没答好的问题")
    unanswered = commands.add_parser("unanswered", help="列出没答上或被点 👎 的问题，相近的归为一组")
    unanswered.add_argument("--json", action="store_true")
    _faq(commands.add_parser("faq", help="整理好的问答：优先于检索"))
    backup = commands.add_parser("backup", help="备份数据库和文件（运行中也可以）")
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = commands.add_parser("restore", help="把备份恢复到空的数据文件夹和数据库")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="换掉已有的数据（先停掉 dudao run）")
    _people(commands)
    commands.add_parser("certificate", help="核对结业证书的编号").add_argument("number", help="编号")
    doctor = commands.add_parser("doctor", help="检查配置、连接和缺失项，并说明怎么修")
    doctor.add_argument("--json", action="store_true")
    return top


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} 不是大于 0 的整数")
    return int(text)


def _faq(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="动作")
    add = actions.add_parser("add", help="添加或更新一条")
    add.add_argument("question")
    add.add_argument("answer")
    add.add_argument("--author", default="", help="整理人（默认当前系统用户）")
    listing = actions.add_parser("list", help="列出全部")
    listing.add_argument("--json", action="store_true")
    actions.add_parser("forget", help="删除一条").add_argument("id", type=int)


def _people(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    invite = commands.add_parser("invite", help="生成一次性邀请码；第一位管理员由此加入")
    invite.add_argument("--role", required=True, choices=("admin", "supervisor", "trainee", "staff"), help="角色")
    invite.add_argument("--store", default="", metavar="CODE", help="门店编号（默认不分门店）")
    invite.add_argument("--hours", type=_hours, default=None, help="有效小时数（默认见配置 people.invite_hours）")
    invite.add_argument("--json", action="store_true")
    demo = commands.add_parser("demo", help="演示人员和门店：加入、移除、列出")
    demo.add_argument("action", choices=("add", "remove", "list"))


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 24 * 365:
        raise argparse.ArgumentTypeError(f"{text} 不是 0 到 8760 之间的小时数")
    return hours


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 done, 1 the work failed, 2 wrong usage."""
    options = parser().parse_args(arguments)
    if options.command in ("ask", "search") and (options.question is None) == (options.batch is None):
        parser().error(f"{options.command} 需要一个问题，或 --batch FILE")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            as_json = stream is sys.stdout and getattr(options, "json", False)
            stream.reconfigure(encoding="utf-8" if as_json else None, errors="replace")  # JSON is UTF-8 everywhere
    try:
        status = _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status


def _run(options: argparse.Namespace) -> int:
    file: Path = options.config or Path("config.yaml")
    try:
        if options.config and not file.exists():
            raise config_file.BadConfig(f"{file}：没有这个文件。请检查 --config，或去掉它以使用默认设置。")
        settings = config_file.load(os.environ, file, options.home, not options.no_handbook)
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(_command(options)(settings, options))
    except config_file.BadConfig as error:
        if options.command == "doctor":
            from bot import doctor

            return doctor.unreadable(error, options)
        print(f"dudao: {error}", file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"dudao: {_plain(error)}", file=sys.stderr)
    except _expected() as error:
        print(f"dudao: {error}", file=sys.stderr)
    return FAILED


def _plain(error: OSError) -> str:
    """What the system refused, in words, with the mend."""
    where = f"{error.filename}：" if error.filename else ""
    if error.errno in _REFUSED:
        return where + _REFUSED[error.errno]
    return f"{where}{error.strerror or error}。请检查路径、权限和磁盘后再试。"


def _command(options: argparse.Namespace) -> Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]:
    """The coroutine of a command; what the others need is not imported."""
    module, name = _COMMANDS[options.command]
    found: Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]
    found = getattr(import_module(f"bot.{module}"), name)
    return found


def _expected() -> tuple[type[Exception], ...]:
    """Failures whose message already says what and how to mend it."""
    from bot.alone import Taken
    from bot.archive import BadArchive
    from bot.backup import BackupError
    from bot.commands import BadBatch
    from bot.feishu import NoFeishu
    from bot.telegram import NoTelegram
    from bot.web.server import WebError
    from knowledge.faults import BadFile
    from records.database import RecordsError
    from records.files import FilesError
    from retrieval.evaluate import BadQuestions
    from retrieval.library import LibraryError
    from retrieval.model.types import ModelError
    from retrieval.vectors import VectorsError

    records = (RecordsError, LibraryError, ModelError, VectorsError)
    stored = (FilesError, BackupError, BadArchive)
    channels = (WebError, NoTelegram, NoFeishu)
    files = (BadFile, BadQuestions, BadBatch)
    return (*records, *stored, *channels, *files, Taken)


if __name__ == "__main__":
    sys.exit(main())
