"""``manage.py create_api_key``."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiKey, Team
from accounts.services import hash_key

pytestmark = pytest.mark.django_db


def test_the_key_is_printed_once_and_works_by_its_hash():
    Team.objects.create(name="North")
    out = StringIO()

    call_command("create_api_key", name="Website", role="manager", team="North", stdout=out)

    row = ApiKey.objects.get()
    assert row.key_hash == hash_key(out.getvalue().strip())
    assert (row.role, row.user.role, row.user.team.name, row.user.has_usable_password()) == (
        "manager", "manager", "North", False,
    )  # fmt: skip


@pytest.mark.parametrize("options", [{"team": "West"}, {"name": "  "}])
def test_a_wrong_option_is_refused_in_words(options):
    with pytest.raises(CommandError):
        call_command("create_api_key", **{"name": "Website", "role": "rep", **options})

    assert not ApiKey.objects.exists()
