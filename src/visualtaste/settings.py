"""What all settings share: they are frozen and checked, and unknown keys are refused with the nearest right one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from visualtaste.errors import ConfigError, nearest

Model = TypeVar("Model", bound=BaseModel)


class Settings(BaseModel):
    """Base of all settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def parse(model: type[Model], content: Mapping[str, Any], source: str) -> Model:
    """Validate `content` as `model`; the first problem becomes a ConfigError naming key, value and remedy."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = _fields_at(model, first["loc"][:-1])
            raise ConfigError(f"{source}: unknown key {key!r}{nearest(str(first['loc'][-1]), known)}") from None
        if first["type"] == "value_error":  # from a validator of ours, whose message says it all
            place = f"{key}: " if key else ""
            raise ConfigError(f"{source}: {place}{first['msg'].removeprefix('Value error, ')}") from None
        raise ConfigError(f"{source}: {key} = {first['input']!r}: {first['msg']}") from None


def _fields_at(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """Names of the fields of the nested model that `location` leads to."""
    for part in location:
        annotation = model.model_fields[str(part)].annotation
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        model = next(c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel))
    return list(model.model_fields)
