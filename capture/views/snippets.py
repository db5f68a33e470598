"""What somebody copies to put a form on a website."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape

from capture.models import Form, FormVersion
from capture.selectors import embed_height


@dataclass(frozen=True)
class Snippets:
    """The same form in three ways."""

    embed: str
    link: str
    plain: str


def snippets(form: Form) -> Snippets | None:
    """Return the code of a form, None before it was published."""
    version = form.live_version
    if version is None:
        return None
    base = settings.PUBLIC_BASE_URL
    link = base + reverse("capture:hosted", args=[form.pk])
    height = embed_height(version.definition)
    embed = (
        f'<div data-lead-form="{form.pk}" style="min-height:{height}px">'
        f'<a href="{link}">{escape(version.button)}</a></div>\n'
        f'<script async src="{base}{reverse("capture:embed")}"></script>'
    )
    return Snippets(embed=embed, link=link, plain=_plain(version, base + reverse("capture:submit", args=[form.pk])))


def _plain(version: FormVersion, action: str) -> str:
    """A form without any script, to be styled by the website."""
    lines = [f'<form method="post" action="{action}">']
    for field in version.definition["fields"]:
        required = " required" if field.get("required") else ""
        label, name = escape(field["label"]), field["name"]
        if field["type"] == "textarea":
            control = f'<textarea name="{name}" rows="4"{required}></textarea>'
        elif field["type"] == "select":
            options = "".join(f"<option>{escape(option)}</option>" for option in field["options"])
            control = f'<select name="{name}"{required}><option value="">Please choose</option>{options}</select>'
        else:
            control = f'<input type="{field["type"]}" name="{name}" autocomplete="{field["autocomplete"]}"{required}>'
        lines.append(f"  <label>{label} {control}</label>")
    if consent := version.definition.get("consent"):
        required = " required" if consent.get("required") else ""
        wording = escape(consent["wording"])
        lines.append(f'  <label><input type="checkbox" name="consent" value="yes"{required}> {wording}</label>')
    return "\n".join([*lines, f"  <button>{escape(version.button)}</button>", "</form>"])
