"""A page address that nobody could have come from costs no lead (P14, S01, F51)."""

import pytest
from django.utils import timezone

from capture.services import create_form
from leads.models import Lead
from tests.factories.world import ANSWERS, send

pytestmark = pytest.mark.django_db

PAGES = [
    "https://work.example/?utm_source=%00%FF&utm_campaign=a%00b&utm_medium=%00",
    "https://work.example/?utm_source=%ED%A0%80&gclid=%00",
    "https://work.example/?utm_source=" + "x" * 900,
    "https://work.example/?" + "&".join(f"a{n}=1" for n in range(200)),
    "https://work.example:99999999/",
    "http://[::1",
    "//x",
    "javascript:alert(1)",
    "https://" + "a." * 400,
    "http://\u202eevil.example/",
]


@pytest.mark.parametrize("page", PAGES)
def test_an_odd_page_address_costs_no_lead(db, page):
    now = timezone.now()
    form = create_form(template="demo", name="Demo", by=None, now=now)

    send(form, {**ANSWERS, "page": page, "first_page": page, "first_referrer": page}, now=now)

    source = Lead.objects.get().source
    assert source is not None
    assert (f"{source.source}{source.medium}{source.campaign}").isprintable()
