"""Settings: the file, the environment over it, the command line over both; mistakes are named."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.config import Settings
from bot.config_file import BadConfig, load

ROOT = Path(__file__).parent.parent
SECRET = ("api_key", "token", "secret", "app_id", "encrypt_key")
PLAIN = ("enabled", "host", "base_file_url")  # say themselves what they are


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def test_without_a_file_every_default_stands(file: Path) -> None:
    settings = load({}, file)
    assert (settings.home, settings.handbook, settings.web.port) == (Path("var"), True, 8080)
    assert settings.models.is_absolute()


def test_the_shipped_file_says_the_defaults(file: Path) -> None:
    assert load({}, ROOT / "config.yaml") == load({}, file)


def test_the_shipped_file_has_every_key_but_the_secrets_and_says_what_it_does() -> None:
    told, group = set(), ""
    for line in (ROOT / "config.yaml").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"(# |  )?([a-z_]+):(?: |$)", line):
            group = group if found[1] == "  " else found[2]
            told.add(f"{group}.{found[2]}" if found[1] == "  " else found[2])
            assert "#" in line or line.endswith(":") or found[2] in PLAIN, line
    assert {key for key in keys(Settings) if not key.endswith(SECRET)} <= told


def keys(model: type[BaseModel], group: str = "") -> list[str]:
    """Every key, those within a group as group.key."""
    found = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += keys(kind, f"{name}.")
        else:
            found.append(group + name)
    return found


def test_the_environment_overrides_the_file_and_the_command_line_both(file: Path) -> None:
    file.write_text("home: of-file\nweb: {port: 9000, host: 0.0.0.0}\n")
    environment = {"DUDAO__WEB__PORT": "9001", "DUDAO_HOME": "of-environment"}
    settings = load(environment, file)
    assert (settings.home, settings.web.port, settings.web.host) == (Path("of-environment"), 9001, "0.0.0.0")
    assert load(environment, file, Path("of-options"), handbook=False).home == Path("of-options")


def test_an_empty_variable_is_an_empty_setting(file: Path) -> None:
    file.write_text("index: {url: http://elsewhere:8000}\n")
    assert load({"DUDAO__INDEX__URL": ""}, file).index.url == ""


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("web: {prot: 80}", "web.prot", "web.port"),
        ("databse: {url: x}", "databse", "database.url"),
        ("time_zoen: Asia/Tokyo", "time_zoen", "time_zone"),
        ("answer: {refusals: 0.4}", "answer.refusals", "answer.refusal"),
    ],
)
def test_an_unknown_key_is_named_with_its_file_and_the_nearest_key(
    file: Path, text: str, key: str, nearest: str
) -> None:
    file.write_text(text)
    with pytest.raises(BadConfig) as refused:
        load({}, file)
    assert key in str(refused.value)
    assert nearest in str(refused.value)
    assert str(file) in str(refused.value)


def test_an_unknown_variable_is_named_too(file: Path) -> None:
    with pytest.raises(BadConfig, match="DUDAO__WEB__PROT"):
        load({"DUDAO__WEB__PROT": "80"}, file)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("web: {port: 70000}", "web.port"),
        ("web: {port: x}", "web.port"),
        ("answer: {refusal: 1.5}", "answer.refusal"),
        ("embedder: {kind: torch}", "embedder.kind"),
        ("time_zone: Mars/Base", "time_zone"),
        ("web: 80", "web"),
        ("- a list", "top level"),
        ("web: {port: 80", "YAML"),
        ("log:\n  level: info\nweb: {port: 80", "第 \\d 行附近(.|\\n)*line 3, column"),
        ("web: {port: 80}\nweb: {port: 81}", "第 2 行的键“web”写了两次"),
    ],
)
def test_a_wrong_value_is_told_with_its_key(file: Path, text: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(BadConfig, match=told):
        load({}, file)


def test_a_variable_that_is_no_yaml_is_told(file: Path) -> None:
    with pytest.raises(BadConfig, match="DUDAO__WEB__HOST"):
        load({"DUDAO__WEB__HOST": "[::"}, file)


def test_secrets_come_from_the_environment_and_are_never_shown(file: Path) -> None:
    settings = load({"LLM_API_KEY": "sk-123-secret", "DUDAO__EMBEDDER__API_KEY": "0042"}, file)
    assert settings.llm.api_key.get_secret_value() == "sk-123-secret"
    assert settings.embedder.api_key.get_secret_value() == "0042"
    assert "sk-123" not in repr(settings)
    assert "0042" not in repr(settings)


def test_a_secret_in_the_wrong_place_is_not_repeated(file: Path) -> None:
    file.write_text("llm: {api_key: [sk-123-secret]}\n")
    with pytest.raises(BadConfig) as refused:
        load({}, file)
    assert "sk-123-secret" not in str(refused.value)


def test_grades_are_read_in_their_order(file: Path) -> None:
    file.write_text("checks:\n  grades: {优: 95, 合格: 60, 不合格: 0}\n  repeat_deduction: 1.5\n", encoding="utf-8")
    rules = load({}, file).checks.rules
    assert rules.bands == (("优", 95), ("合格", 60), ("不合格", 0))
    assert (rules.repeat_deduction, rules.repeat_most) == (1.5, 3)


@pytest.mark.parametrize("grades", ["{A: 90, B: 95, C: 0}", "{A: 90}", "{A: 90, B: 10}"])
def test_grades_that_leave_a_score_without_one_are_told(file: Path, grades: str) -> None:
    file.write_text(f"checks:\n  grades: {grades}\n", encoding="utf-8")
    with pytest.raises(BadConfig, match=r"config\.yaml.*: checks: .*must fall from at most 100 to 0"):
        load({}, file)
