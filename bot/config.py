"""Every setting a deployment may change: frozen, validated, with what goes without saying."""

import re
from datetime import date
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from handlers.pace import Pace
from knowledge.score import Rules

# an origin as browsers write it; only this machine's own may do without https
_OWN = re.compile(
    r"(https://[a-z0-9.-]+(?::(?!443\b)\d{2,5})?|http://(?:localhost|127\.0\.0\.1)(?::\d{2,5})?)(?::443)?/?"
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSettings(_Part):
    url: str = ""


class IndexSettings(_Part):
    url: str = ""


class EmbedderSettings(_Part):
    kind: Literal["bundled", "sentence-transformers", "openai"] = "bundled"
    model: str = ""
    base_url: str = ""
    query_prefix: str = ""
    passage_prefix: str = ""
    reranker: str = ""
    api_key: SecretStr = SecretStr("")


class IngestSettings(_Part):
    max_megabytes: float = Field(default=50, gt=0)
    ocr: bool = False


class AnswerSettings(_Part):
    max_characters: int = Field(default=600, ge=100, le=4000)
    refusal: float = Field(default=0.5, gt=0, lt=1)


class LlmSettings(_Part):
    model: str = ""
    provider: str = "openai"
    base_url: str = ""
    timeout_seconds: float = Field(default=20, gt=0)
    api_key: SecretStr = SecretStr("")


class WebSettings(_Part):
    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public: bool = False
    url: str = Field(default="", validate_default=True)
    max_megabytes: float = Field(default=20, gt=0)

    @field_validator("url")
    @classmethod
    def _address(cls, url: str, info: ValidationInfo) -> str:
        if not info.data.get("public"):
            return url
        found = _OWN.fullmatch(url.lower())
        if found is None:
            raise ValueError("with web.public: true, write the page's own address, like https://dudao.example.com")
        return found[1]


class FilesSettings(_Part):
    url: str = ""


class PhotosSettings(_Part):
    max_megabytes: float = Field(default=20, gt=0)
    max_megapixels: float = Field(default=60, ge=1, le=89)
    min_edge: int = Field(default=480, ge=1)
    metres: float = Field(default=1000, gt=0)
    minutes: float = Field(default=60, gt=0)
    read_codes: bool = True


class PeopleSettings(_Part):
    invite_hours: float = Field(default=72, gt=0, le=24 * 365)
    messages_per_minute: int = Field(default=60, ge=1)
    demo: bool = True


class ChecksSettings(_Part):
    grades: dict[str, float] = {"A": 90, "B": 80, "C": 70, "D": 0}
    repeat_deduction: float = Field(default=2, ge=0, le=100)
    repeat_most: int = Field(default=3, ge=0)
    repeat_days: int = Field(default=180, ge=0)

    @property
    def rules(self) -> Rules:
        """How checks are scored."""
        return Rules(tuple(self.grades.items()), self.repeat_deduction, self.repeat_most)

    @model_validator(mode="after")
    def _scores(self) -> "ChecksSettings":
        self.rules  # noqa: B018 - raises ValueError
        return self


class ActionsSettings(_Part):
    remind_hours: float = Field(default=12, ge=0)
    escalate_hours: float = Field(default=24, ge=1)
    came_back_days: int = Field(default=30, ge=1)

    @property
    def pace(self) -> Pace:
        """How long actions may wait."""
        return Pace(self.remind_hours, self.escalate_hours, self.came_back_days)


class LearningSettings(_Part):
    questions_a_day: int = Field(default=5, ge=1, le=20)
    right_in_a_row: int = Field(default=3, ge=1, le=10)
    retention: float = Field(default=0.9, ge=0.7, le=0.97)
    freezes: int = Field(default=2, ge=0, le=10)
    nudge_at: str = Field(default="18:00", pattern=r"^(|([01]\d|2[0-3]):[0-5]\d)$")
    exam_questions: int = Field(default=25, ge=1, le=100)
    exam_minutes: int = Field(default=30, ge=1, le=480)
    pass_mark: float = Field(default=80, ge=0, le=100)
    graded_work: bool = True
    final_questions: int = Field(default=50, ge=1, le=200)
    final_minutes: int = Field(default=60, ge=1, le=480)
    final_pass_mark: float = Field(default=80, ge=0, le=100)
    item_answers: int = Field(default=10, ge=2)
    item_low: float = Field(default=0.3, ge=0, le=1)
    item_high: float = Field(default=0.7, ge=0, le=1)
    item_telling: float = Field(default=0.25, ge=-1, le=1)
    weekdays: list[int] = Field(default=[1, 2, 3, 4, 5], min_length=1)
    days_off: list[date] = []
    days_worked: list[date] = []

    @field_validator("weekdays")
    @classmethod
    def _weekdays(cls, days: list[int]) -> list[int]:
        if not set(days) <= set(range(1, 8)):
            raise ValueError("weekdays are 1 (Monday) to 7")
        return days


class TelegramSettings(_Part):
    enabled: bool = True
    token: SecretStr = SecretStr("")
    bot: str = ""
    base_url: str = "https://api.telegram.org/bot"
    base_file_url: str = "https://api.telegram.org/file/bot"
    webhook: str = ""
    webhook_secret: SecretStr = SecretStr("")
    messages_per_second: float = Field(default=25, gt=0)
    seconds_between_edits: float = Field(default=1.3, ge=1.2)


class FeishuSettings(_Part):
    enabled: bool = True
    app_id: str = ""
    app_secret: SecretStr = SecretStr("")
    base_url: str = "https://open.feishu.cn"
    mode: Literal["long-connection", "callback"] = "long-connection"
    path: str = Field(default="/feishu", pattern=r"^/[A-Za-z0-9_/-]*[A-Za-z0-9_-]$")
    encrypt_key: SecretStr = SecretStr("")
    verification_token: SecretStr = SecretStr("")
    messages_per_second: float = Field(default=40, gt=0)
    seconds_between_edits: float = Field(default=0.4, ge=0.2)

    @property
    def talks(self) -> bool:
        """Whether the bot is in Feishu."""
        return self.enabled and bool(self.app_id and self.app_secret.get_secret_value())


class LogSettings(_Part):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"
    texts: bool = False


class Settings(_Part):
    """Every setting, checked; `home` holds all state, `models` the built model shared by all homes."""

    home: Path
    models: Path
    handbook: bool = True
    time_zone: str = "Asia/Shanghai"
    database: DatabaseSettings = DatabaseSettings()
    index: IndexSettings = IndexSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    ingest: IngestSettings = IngestSettings()
    answer: AnswerSettings = AnswerSettings()
    llm: LlmSettings = LlmSettings()
    web: WebSettings = WebSettings()
    telegram: TelegramSettings = TelegramSettings()
    feishu: FeishuSettings = FeishuSettings()
    files: FilesSettings = FilesSettings()
    photos: PhotosSettings = PhotosSettings()
    people: PeopleSettings = PeopleSettings()
    checks: ChecksSettings = ChecksSettings()
    actions: ActionsSettings = ActionsSettings()
    learning: LearningSettings = LearningSettings()
    log: LogSettings = LogSettings()

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("not a time zone; write one like Asia/Shanghai") from error
        return name
