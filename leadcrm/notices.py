"""What stands above every page while the product is not shown as it is."""

from typing import Any

from accounts.models import Role
from common.models import Installation
from common.places import Notice
from common.programs import manage
from common.routes import url_for, url_of


def seen_as_role(installation: Installation, user: Any) -> Notice | None:
    """An admin looks at the product as a role."""
    role = getattr(user, "sees_as", "")
    if not role:
        return None
    text = f"You see the product as {role}. Nothing can be changed."
    return Notice("warn", text, act_url=url_of("stop_seeing"), act="End preview")


def sample_data(installation: Installation, user: Any) -> Notice | None:
    """Not everybody here is real. Who came with the sample data would go with it."""
    if not installation.has_sample_data:
        return None
    is_sample = getattr(user, "is_sample", False)
    if is_sample and user.role == Role.ADMIN:
        text = "Sample data is among the leads, this account too. To end the demo and get an account of your own, run"
        return Notice("sample", text, command=manage("seed_demo --remove"))
    act_url = "" if is_sample else url_for(user, "remove_samples")
    return Notice("sample", "Sample data is among the leads and people.", act_url=act_url, act="Remove it")
