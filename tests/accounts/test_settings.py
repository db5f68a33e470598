"""The pages under Settings."""

import re

import pytest
from django.test import Client

from accounts.models import ApiKey, AuditEntry, Role, Team, User
from accounts.services import audit, create_api_key
from common.models import Installation
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
EVERYBODYS = ["/settings/", "/settings/profile/", "/settings/password/", "/api/docs/"]
ADMINS = [
    "/settings/company/", "/settings/people/", "/settings/people/new", "/settings/people/{pk}/", "/settings/teams/new",
    "/settings/api-keys/", "/settings/api-keys/new", "/settings/audit-log/", "/admin/", "/setup/company", "/setup/form",
]  # fmt: skip
ADMIN_POSTS = [
    "/settings/company/", "/settings/people/new", "/settings/people/{pk}/", "/settings/people/{pk}/activate",
    "/settings/people/{pk}/leave",
    "/settings/people/{pk}/password", "/settings/teams/new", "/settings/api-keys/new", "/settings/api-keys/1/revoke",
    "/setup/you", "/setup/company", "/setup/form",
]  # fmt: skip
COMPANY = {
    "name": "Analytical", "website": "", "time_zone": "Europe/Berlin", "currency": "usd", "work_days": ["0", "1"],
    "work_start": "08:00", "work_end": "17:30",
}  # fmt: skip


@pytest.mark.parametrize("role", Role.values)
def test_each_role_opens_what_is_its_own_and_is_told_who_can_help_with_the_rest(client, people, role):
    client.force_login(people[role])
    expected = 200 if role == "admin" else 403

    for path in EVERYBODYS:
        assert client.get(path).status_code == 200, path
    for path in ADMINS:
        answer = client.get(path.format(pk=people["rep"].pk))
        if path == "/admin/" and expected == 403:
            assert answer.status_code == 302
            continue
        assert answer.status_code == expected, path
        if expected == 403:
            assert "admin person" in answer.content.decode(), path


@pytest.mark.parametrize("role", [role for role in Role.values if role != "admin"])
def test_nobody_but_admins_changes_settings(client, people, role):
    client.force_login(people[role])
    before = list(User.objects.order_by("pk").values()), AuditEntry.objects.count()

    for path in ADMIN_POSTS:
        fields = {"name": "X", "role": "admin", "email": "x@y.example"}
        assert client.post(path.format(pk=people["rep"].pk), fields).status_code == 403, path

    after = list(User.objects.order_by("pk").values()), AuditEntry.objects.count()
    assert [{**row, "last_login": None} for row in after[0]] == [{**row, "last_login": None} for row in before[0]]
    assert after[1] == before[1]


def test_strangers_are_sent_to_sign_in_and_back(client, people):
    for path in [*EVERYBODYS, *ADMINS]:
        answer = client.get(path.format(pk=people["rep"].pk))
        assert answer.status_code == 302, path
        assert answer.url.startswith(("/login?next=", "/admin/login/")), path


def test_nothing_changes_without_the_token_of_a_page(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["admin"])

    for path in [*ADMIN_POSTS, "/settings/profile/", "/settings/password/", "/settings/theme", "/logout"]:
        assert client.post(path.format(pk=people["rep"].pk)).status_code == 403, path


def test_nothing_changes_on_get(as_admin, people):
    for path in (
        "/settings/people/{pk}/activate",
        "/settings/people/{pk}/password",
        "/settings/api-keys/1/revoke",
    ):
        assert as_admin.get(path.format(pk=people["rep"].pk)).status_code == 405, path


def test_a_person_is_added_with_a_password_shown_once(as_admin, team):
    fields = {"name": "Rita Rep", "email": "Rita@crm.example", "role": "rep", "team": team.pk}

    answer = as_admin.post("/settings/people/new", fields)

    password = re.search(r'<pre id="password"[^>]*><code>([^<]+)</code>', answer.content.decode())[1]
    user = User.objects.get(email="rita@crm.example")
    assert (user.role, user.team, user.check_password(password)) == ("rep", team, True)
    assert "no-store" in answer.headers["Cache-Control"]
    assert password not in str(list(AuditEntry.objects.values()))
    assert Client().post("/login", {"email": user.email, "password": password}).status_code == 302


def test_an_address_in_use_is_refused_in_words(as_admin, people):
    answer = as_admin.post("/settings/people/new", {"name": "X", "email": people["rep"].email, "role": "rep"})

    assert answer.status_code == 422
    assert "Somebody signs in with this e-mail address already." in answer.content.decode()


def test_a_change_is_written_down_with_old_and_new(as_admin, admin, people):
    rep = people["rep"]

    as_admin.post(
        f"/settings/people/{rep.pk}/", {"name": "New Name", "email": rep.email, "role": "manager", "team": ""}
    )

    entry = AuditEntry.objects.get(action="changed")
    assert (entry.by, entry.kind, entry.object_id) == (admin, "user", str(rep.pk))
    assert entry.changes == {"name": ["rep person", "New Name"], "role": ["rep", "manager"], "team": ["North", None]}


def test_the_only_admin_stays_admin(as_admin, admin):
    fields = {"name": admin.name, "email": admin.email, "role": "viewer"}

    demoted = as_admin.post(f"/settings/people/{admin.pk}/", fields)
    as_admin.post(f"/settings/people/{admin.pk}/leave", {"confirmed": "yes"})

    admin.refresh_from_db()
    assert demoted.status_code == 422
    assert (admin.role, admin.is_active) == ("admin", True)


def test_a_deactivated_person_is_signed_out_and_can_be_let_in_again(as_admin, people):
    rep, other = people["rep"], Client()
    other.force_login(rep)

    as_admin.post(f"/settings/people/{rep.pk}/leave", {"confirmed": "yes"})
    assert other.get("/settings/profile/").status_code == 302
    as_admin.post(f"/settings/people/{rep.pk}/activate")

    assert other.post("/login", {"email": rep.email, "password": PASSWORD}).status_code == 302


def test_a_new_password_from_an_admin_ends_the_sessions_of_the_old_one(as_admin, people):
    rep, other = people["rep"], Client()
    other.force_login(rep)

    as_admin.post(f"/settings/people/{rep.pk}/password")

    assert other.get("/settings/profile/").status_code == 302
    rep.refresh_from_db()
    assert not rep.check_password(PASSWORD)


def test_accounts_of_keys_are_no_people(as_admin, now):
    row, _ = create_api_key(name="Website", role="admin", by=None, now=now)

    assert "Website" not in as_admin.get("/settings/people/").content.decode()
    assert as_admin.get(f"/settings/people/{row.user_id}/").status_code == 404
    assert as_admin.post(f"/settings/people/{row.user_id}/password").status_code == 404


def test_a_key_is_shown_once_works_and_is_revoked(as_admin, people):
    answer = as_admin.post("/settings/api-keys/new", {"name": "Website", "role": "marketer", "scope": "write"})
    key = re.search(r'<pre id="key"[^>]*><code>([^<]+)</code>', answer.content.decode())[1]
    headers = {"Authorization": f"Bearer {key}"}
    assert Client().get("/api/v1/leads", headers=headers).status_code == 200

    listed = as_admin.get("/settings/api-keys/").content.decode()
    assert key not in listed
    assert key[:12] in listed
    row = ApiKey.objects.get()
    as_admin.post(f"/settings/api-keys/{row.pk}/revoke")

    assert Client().get("/api/v1/leads", headers=headers).status_code == 401
    assert set(AuditEntry.objects.filter(kind="api_key").values_list("action", flat=True)) == {"created", "revoked"}


def test_the_company_is_saved_as_one_row_with_its_difference(as_admin):
    as_admin.post("/settings/company/", COMPANY)
    as_admin.post("/settings/company/", {**COMPANY, "sending_paused": "on"})

    company = Installation.objects.get()
    assert (company.name, company.currency, company.work_days) == ("Analytical", "USD", [0, 1])
    assert company.sending_paused
    assert AuditEntry.objects.filter(kind="company").latest("id").changes == {"sending_paused": [False, True]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "UTC'; --"),
        ("currency", "EURO"),
        ("work_end", "07:00"),
        ("website", "javascript:alert(1)"),
        ("work_days", "9"),
    ],
)
def test_a_wrong_setting_is_refused_and_nothing_saved(as_admin, field, value):
    answer = as_admin.post("/settings/company/", {**COMPANY, field: value})

    assert answer.status_code == 422
    assert not Installation.objects.exists()


def test_the_theme_is_kept_and_in_the_first_byte_of_the_page(client, people):
    client.force_login(people["viewer"])

    assert client.post("/settings/theme", {"theme": "dark"}).status_code == 204
    assert client.post("/settings/theme", {"theme": "pink"}).status_code == 422

    assert 'data-theme="dark"' in client.get("/settings/profile/").content.decode()


def test_times_are_shown_in_the_zone_of_whoever_looks(as_admin, admin, now):
    audit(by=admin, action="tested", kind="user", object_id="1", changes={}, now=now)
    as_admin.post("/settings/profile/", {"name": "Ada", "time_zone": "Asia/Tokyo", "theme": "auto"})

    assert "2 Mar 2026, 19:00" in as_admin.get("/settings/audit-log/").content.decode()


def test_the_log_is_paged_and_shows_what_was_typed_as_text(as_admin, admin, now, django_assert_max_num_queries):
    changes = {"name": ["", "<script>alert(1)</script>"]}
    for number in range(60):
        kind = "form" if number % 2 else "team"
        audit(by=admin, action="changed", kind=kind, object_id=str(number), changes=changes, now=now)

    with django_assert_max_num_queries(9):
        first = as_admin.get("/settings/audit-log/").content.decode()
    older = re.search(r'href="(\?[^"]*cursor=[^"]*)"', first)[1].replace("&amp;", "&")
    second = as_admin.get(f"/settings/audit-log/{older}").content.decode()

    assert (first.count("<tr>"), second.count("<tr>")) == (51, 11)
    assert "<script>alert" not in first
    assert as_admin.get("/settings/audit-log/?kind=form").content.decode().count("<tr>") == 31
    for odd in ("?cursor=x", "?cursor=WzEsMl0", "?kind=%00", "?kind='--"):
        assert as_admin.get(f"/settings/audit-log/{odd}").status_code == 200, odd


def test_teams_are_added_once(as_admin):
    first = as_admin.post("/settings/teams/new", {"name": "South"})
    again = as_admin.post("/settings/teams/new", {"name": "South"})

    assert (first.status_code, again.status_code) == (302, 422)
    assert Team.objects.filter(name="South").count() == 1


def test_the_tables_can_be_looked_at_but_not_changed(as_admin, people):
    rep = people["rep"]

    listed = as_admin.get("/admin/accounts/user/")
    opened = as_admin.get(f"/admin/accounts/user/{rep.pk}/change/")

    assert (listed.status_code, opened.status_code) == (200, 200)
    assert rep.password not in opened.content.decode()
    assert as_admin.post(f"/admin/accounts/user/{rep.pk}/change/", {"role": "admin"}).status_code == 403
    assert as_admin.get("/admin/accounts/user/add/").status_code == 403
    assert as_admin.post(f"/admin/accounts/user/{rep.pk}/delete/", {"post": "yes"}).status_code == 403
    assert as_admin.get("/admin/login/?next=/admin/").url == "/"


@pytest.mark.parametrize("role", Role.values)
def test_the_way_to_all_mail_is_shown_to_those_who_may_read_it(client, people, role, settings):
    settings.EMAIL_URL = ""
    client.force_login(people[role])
    may_read = client.get("/settings/mail/").status_code == 200

    page = client.get("/settings/").content.decode()

    assert page.count('href="/settings/mail/"') == (2 if may_read else 0)
    assert "Mail is caught, not sent." in page
