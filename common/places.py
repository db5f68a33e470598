"""What an app brings to the rail, above every page and to Settings, in its ``brings.py``.

A place is a destination by the name of its URL. It is shown to those whom its view lets in, and left out while nothing
answers to that name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.forms.utils import pretty_name
from django.utils.html import strip_tags

from common.routes import url_of

YOU, COMPANY, PRODUCT = "You", "Company", "Product"


@dataclass(frozen=True)
class Place:
    """A destination of the rail, or what can be made anew.

    ``act`` is the entry in the table of keys; ``also`` names URLs elsewhere that belong to it, ``below`` paths.
    ``count`` names the URL of a number that stands beside it.
    """

    label: str
    icon: str
    act: str
    name: str
    also: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    count: str = ""


@dataclass(frozen=True)
class Notice:
    """A banner above every page: what is so, and where to change it; ``act_url`` takes a POST that ends it.

    ``command`` is what to run where only a command changes it.
    """

    tone: str
    text: str
    url: str = ""
    link: str = ""
    command: str = ""
    act_url: str = ""
    act: str = ""


@dataclass(frozen=True)
class Setting:
    """One thing that is set on a page, or elsewhere by ``name``; ``words`` are what else people call it."""

    label: str
    words: str = ""
    anchor: str = ""
    name: str = ""


@dataclass(frozen=True)
class Page:
    """A page under Settings, in one of its groups.

    The fields of ``form`` are settings of it, each under its own label; ``field_words`` says what else they are called.
    """

    group: str
    label: str
    text: str
    icon: str
    name: str
    words: str = ""
    settings: tuple[Setting, ...] = ()
    form: type[forms.Form] | None = None
    field_words: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        """Where it is."""
        return url_of(self.name)

    @property
    def all_settings(self) -> Iterator[Setting]:
        """Those of its form and those it names."""
        words = dict(self.field_words)
        for name, field in (self.form.base_fields if self.form else {}).items():
            called = f"{words.get(name, '')} {strip_tags(str(field.help_text))}"
            yield Setting(str(field.label or pretty_name(name)), called, f"div_id_{name}")
        yield from self.settings
