"""What the apps above bring to the pages of an app below: places of the rail, banners, pages under Settings, verbs.

Each app names its own in ``brings.py``, and ``leadcrm/composition.py`` puts all of them in order. Whoever shows them
asks here for the whole, as Django finds the routes by ROOT_URLCONF, and knows none of the parts.
"""

from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings


@cache
def composed(name: str) -> Any:
    """Return what all apps bring under this name, in its order: a tuple, or a dictionary where each has a name."""
    return getattr(import_module(settings.COMPOSITION), name)
