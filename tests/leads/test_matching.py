"""Which addresses are one lead."""

from importlib import import_module

import pytest
from django.apps import apps

from common.domains import NotADomain, ascii_domain
from leads.matching import email_key
from mail.addresses import envelope_address
from tests.factories.leads import LeadFactory

migration = import_module("leads.migrations.0011_keys_by_idna_2008")


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Ada@Work.Example", "ada@work.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ada@STRASSE.example", "ada@strasse.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"),
        ("ada@работа。example", "ada@xn--80aac6chp.example"),
        ("no address", "no address"),
    ],
)
def test_an_address_has_one_key(typed, key):
    assert email_key(typed) == key


def test_the_owners_of_two_domains_are_two_leads_and_get_their_own_mail():
    typed = "ada@straße.example"
    assert email_key(typed) != email_key("ada@strasse.example")
    assert envelope_address(typed) == email_key(typed)


def test_what_is_no_domain_is_refused():
    with pytest.raises(NotADomain, match="is not a domain name"):
        ascii_domain("ö" * 64 + ".example")


@pytest.mark.django_db
def test_keys_made_by_the_old_rule_are_renewed_unless_two_leads_would_meet():
    old = LeadFactory(email="ada@straße.example", email_key="ada@strasse.example")
    twin = LeadFactory(email="bob@faß.example", email_key="bob@fass.example")
    LeadFactory(email="bob@xn--fa-hia.example", email_key="bob@xn--fa-hia.example")

    migration.renew_keys(apps, None)

    old.refresh_from_db()
    twin.refresh_from_db()
    assert (old.email_key, twin.email_key) == ("ada@xn--strae-oqa.example", "bob@fass.example")
