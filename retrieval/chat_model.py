"""The language model that may write answers, chosen by langchain's names."""

from typing import Any

from retrieval.grounded import Writer
from retrieval.model.types import ModelError
from retrieval.text import Analyzer

UNUSABLE = "大模型 {model}（provider：{provider}）用不了：{cause}。请检查 config.yaml 的 llm 一节"


def writer(
    analyzer: Analyzer, *, model: str, provider: str, base_url: str, api_key: str, timeout_seconds: float
) -> Writer | None:
    """Who writes answers, None when no model is named; nothing is sent yet. ModelError if unusable."""
    if not model:
        return None
    from langchain.chat_models import init_chat_model

    extra: dict[str, Any] = {"base_url": base_url} if base_url else {}
    try:
        chat = init_chat_model(
            model,
            model_provider=provider,
            api_key=api_key or "none",
            timeout=timeout_seconds,
            max_retries=0,
            temperature=0,
            **extra,
        )
    except (ImportError, ValueError) as cause:
        raise ModelError(UNUSABLE.format(model=model, provider=provider, cause=cause)) from cause
    return Writer(chat, analyzer, timeout_seconds)
