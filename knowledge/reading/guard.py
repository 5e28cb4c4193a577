"""What is let in: files of a known kind, of bounded size, whose bytes are what their name says."""

import zipfile
from io import BytesIO
from pathlib import Path

from knowledge.reading.raw import Refused

_UNPACKED = 300 * 1024 * 1024
_RATIO = 150
_SMALL = 20 * 1024 * 1024
_PARTS = 20_000
_RESAVE = "请用原软件打开检查，另存为新文件后再导入"
_OLD = {".doc": ".docx", ".ppt": ".pptx", ".xls": ".xlsx", ".wps": ".docx", ".et": ".xlsx", ".rtf": ".docx"}
_ZIPPED = (".docx", ".pptx", ".xlsx")
_BINARY = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ\x90", b"\xd0\xcf\x11\xe0")
_SIGNATURES = {".pdf": (b"%PDF",), ".png": (b"\x89PNG",), ".jpg": (b"\xff\xd8\xff",), ".jpeg": (b"\xff\xd8\xff",)}


def admitted(path: Path, suffixes: tuple[str, ...], max_bytes: int) -> bytes:
    """The bytes of a file worth reading; Refused otherwise. The size is checked before anything is read."""
    suffix = path.suffix.lower()
    try:
        if path.is_dir():
            raise Refused("这是文件夹，不是文件", "请给出文件夹里的文件，或用导入文件夹的方式")
        size = path.stat().st_size
    except FileNotFoundError:
        raise Refused("找不到这个文件", "请检查路径和文件名") from None
    except OSError as error:
        raise _denied(error) from error
    if suffix not in suffixes:
        raise _unknown(suffix, suffixes)
    if size > max_bytes:
        cause = f"文件有 {_megabytes(size)}，超过上限 {_megabytes(max_bytes)}"
        raise Refused(cause, "请拆分后再导入，或在配置里调大上限")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _denied(error) from error
    if not data.strip():
        raise Refused("文件是空的", "请确认内容已保存后再导入")
    check(data, suffix)
    return data


def check(data: bytes, suffix: str) -> None:
    """Refuse bytes that are not what the suffix says, and packed files that unpack to absurd sizes."""
    if suffix in _ZIPPED:
        _check_zip(data)
    elif suffix in _SIGNATURES:
        if not any(mark in data[:1024] for mark in _SIGNATURES[suffix]):
            raise Refused(f"内容不是 {suffix[1:]} 格式", _RESAVE)
    elif data.startswith(_BINARY):
        raise Refused("内容是二进制数据，不是文本", "请确认扩展名与内容一致")


def _check_zip(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("文件有密码保护，或是旧版 Office 格式", "请去掉密码并另存为新格式（docx、pptx、xlsx）后再导入")
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            parts = packed.infolist()
            unpacked = sum(part.file_size for part in parts)
            if any(part.flag_bits & 1 for part in parts):
                raise Refused("文件有密码保护", "请去掉密码后再导入")
            if len(parts) > _PARTS or unpacked > _UNPACKED or (unpacked > _SMALL and unpacked > len(data) * _RATIO):
                raise Refused(f"解压后有 {_megabytes(unpacked)}，大得不正常", "请检查文件来源，或另存为新文件后再导入")
            for part in parts:
                _check_part(packed, part)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError) as error:
        raise Refused("文件已损坏或不完整", _RESAVE) from error


def _check_part(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if not part.filename.endswith((".xml", ".rels")):
        return
    with packed.open(part) as opened:
        if b"<!DOCTYPE" in opened.read(4096):
            raise Refused("文件里有不允许的 XML 定义", "请检查文件来源，或另存为新文件后再导入")


def _unknown(suffix: str, suffixes: tuple[str, ...]) -> Refused:
    if suffix in _OLD:
        return Refused(f"不支持旧格式 {suffix}", f"请另存为 {_OLD[suffix]} 后再导入")
    known = "、".join(name[1:] for name in suffixes)
    return Refused(f"不支持的文件类型 {suffix}" if suffix else "文件没有扩展名", f"支持的类型：{known}")


def _denied(error: OSError) -> Refused:
    if isinstance(error, PermissionError):
        return Refused("没有读取权限", "请修改文件权限后再导入")
    return Refused(f"读取失败（{error.strerror or '系统错误'}）", "请检查磁盘和路径后再试")


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 100 * 1024 else f"{max(size, 1)} 字节"
