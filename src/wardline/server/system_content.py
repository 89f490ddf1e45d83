"""The data flow for operators as plain content: what is answered and pushed."""

from dataclasses import asdict
from typing import Any, cast

from wardline.pipeline.system_picture import SystemPicture

DECIMALS = 3
"""Of rates and ages; more would only be noise."""


def system_content(picture: SystemPicture, server: dict[str, Any]) -> dict[str, Any]:
    """The answer as plain content. `server`: what this server says of itself."""
    return _rounded(asdict(picture)) | {"server": _rounded(server)}


def _rounded(content: Any) -> Any:
    if isinstance(content, float):
        return round(content, DECIMALS)
    if isinstance(content, dict):
        members = cast("dict[str, Any]", content)
        return {name: _rounded(value) for name, value in members.items()}
    if isinstance(content, (list, tuple)):
        return [_rounded(value) for value in cast("list[Any]", content)]
    return content
