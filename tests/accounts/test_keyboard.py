"""A person's own keys: what can be changed, what clashes, and that every page shows them."""

import pytest
from django.urls import reverse

from accounts.models import Role, User
from common.shortcuts import CHANGEABLE, SHORTCUTS, clashes, own_keys, shortcut
from tests.factories.sales import make_user

pytestmark = pytest.mark.django_db
KEYBOARD = reverse("accounts:keyboard")
DELIVERED = {act: SHORTCUTS[act].key for act in CHANGEABLE}


@pytest.fixture
def me(client) -> User:
    user = make_user(Role.ADMIN)
    client.force_login(user)
    return user


def test_every_single_key_can_be_changed_and_the_keys_as_delivered_do_not_clash():
    single = {act for act, row in SHORTCUTS.items() if row.key and not row.key.startswith(("mod+", "escape"))}

    assert set(CHANGEABLE) == single
    assert clashes({}) == {}


def test_a_changed_key_holds_on_the_pages_of_its_owner_alone(client, me):
    client.post(KEYBOARD, DELIVERED | {"select": "v", "search": "%"})
    mine = client.get(reverse("leads:list")).content.decode()
    client.force_login(make_user(Role.ADMIN))
    theirs = client.get(reverse("leads:list")).content.decode()

    me.refresh_from_db()
    assert me.own_keys == {"select": "v", "search": "%"}
    assert 'data-act="select" data-key="v"' in mine and "<kbd>V</kbd>" in mine
    assert 'data-act="select" data-key="x"' in theirs


def test_two_acts_with_one_key_are_told_by_name_and_nothing_is_kept(client, me):
    answer = client.post(KEYBOARD, DELIVERED | {"select": "j"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This key does something else already: Next." in page
    me.refresh_from_db()
    assert me.own_keys == {}


@pytest.mark.parametrize("key", ["1", "xy", "ctrl+x", "g g g", "mod+k", "shift+1"])
def test_what_is_no_key_is_refused(client, me, key):
    answer = client.post(KEYBOARD, DELIVERED | {"edit": key})

    assert answer.status_code == 422
    assert "Write a letter or a sign" in answer.content.decode()


def test_a_key_that_begins_another_would_swallow_it_and_is_refused(client, me):
    answer = client.post(KEYBOARD, DELIVERED | {"edit": "g"})

    assert answer.status_code == 422


def test_two_keys_can_change_places_and_reset_brings_all_back(client, me):
    assert client.post(KEYBOARD, DELIVERED | {"next": "k", "previous": "j"}).status_code == 302
    me.refresh_from_db()
    swapped = me.own_keys

    client.post(KEYBOARD, {"reset": "yes"})

    me.refresh_from_db()
    assert swapped == {"next": "k", "previous": "j"}
    assert me.own_keys == {}


def test_a_key_of_an_act_that_is_gone_does_no_harm():
    with own_keys({"gone": "x", "palette": "p"}):
        assert shortcut("palette").key == "mod+k"
    assert shortcut("select").key == "x"
