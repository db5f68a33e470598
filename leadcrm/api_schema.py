"""How the schema words endpoints: each has a summary, and keys are named as the way in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema

MAX_SUMMARY = 90


class WordedSchema(AutoSchema):
    """Takes the first sentence of an endpoint's docstring as its summary."""

    def get_summary(self) -> str | None:
        action = getattr(self.view, "action", "")
        name = getattr(self.view, "basename", "")
        if action == "list":
            return f"List {name}s"
        if action == "retrieve":
            return f"Read one {name}"
        method = getattr(self.view, action, None) if action else None
        sentence = (getattr(method, "__doc__", "") or "").strip().partition("\n")[0].rstrip(".")
        return sentence[:MAX_SUMMARY] or None


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api.authentication.KeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key made under Settings, API keys."}


class ReasonSchema(OpenApiSerializerFieldExtension):
    """A reason is written as its number or word and read as an object."""

    target_class = "sales.serializers.ReasonField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        if direction == "request":
            return {"oneOf": [{"type": "integer"}, {"type": "string"}]}
        texts = {"key": {"type": "integer"}, "name": {"type": "string"}, "text": {"type": "string"}}
        return {"type": "object", "properties": texts, "nullable": True}
