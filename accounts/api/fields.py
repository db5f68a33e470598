"""Serializer pieces: unknown keys are refused, not ignored; free JSON has a size."""

import json
from typing import Any

from rest_framework import serializers

MAX_OBJECT_BYTES = 32_000


class StrictSerializer(serializers.Serializer):
    """Refuses keys that cannot be written, with their names, so that nothing is dropped in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = [name for name, field in self.fields.items() if not field.read_only]
            refused = [str(name) for name in data if name not in writable]
            if refused:
                text = f"This cannot be written. Writable are: {', '.join(writable)}."
                raise serializers.ValidationError({name[:200]: [text] for name in refused[:20]})
        return super().to_internal_value(data)


class JsonObjectField(serializers.JSONField):
    """A JSON object of at most 32 kB."""

    default_error_messages = {
        "object": 'Send a JSON object, such as {{"plan": "pro"}}.',
        "size": "This object is larger than 32 kB.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            self.fail("object")
        if len(json.dumps(value)) > MAX_OBJECT_BYTES:
            self.fail("size")
        return value
