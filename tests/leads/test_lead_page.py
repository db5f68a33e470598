"""One page says who a lead is, why it stands where it stands, what happened; people act on it there."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from leadcrm import pipeline
from leads.kinds import Kind
from leads.models import Activity, FieldProposal, Lead, LeadState, Transition
from leads.selectors import timeline, timeline_page
from leads.services import record_activity
from mail.models import Message
from mail.services import queue_message
from tests.factories.leads import captured
from tests.factories.sales import make_lead, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    user = make_user(Role.MARKETER, name="Mara Marketer")
    client.force_login(user)
    return user


@pytest.fixture
def lead(db) -> Lead:
    """A known lead that has asked for a demo."""
    now = timezone.now()
    fields = {"first_name": "Ada", "last_name": "Lovelace", "job_title": "Head of Operations", "company": "Engines"}
    lead_id = captured(email="ada@engines.example", now=now, fields=fields).lead_id
    record_activity(lead_id=lead_id, kind=Kind.DEMO_REQUESTED, payload={"message": "Before <January>?"}, now=now)
    pipeline.advance_marked_leads(now=now)
    return Lead.objects.get(pk=lead_id)


def url(lead: Lead, name: str = "lead_page", *more: object) -> str:
    return reverse(name, args=[lead.pk, *more])


def test_the_page_shows_receipt_history_timeline_and_facts(client, marketer, lead) -> None:
    html = client.get(url(lead)).content.decode()

    assert "Ada Lovelace" in html
    assert "Head-of level or above" in html
    assert "Asked for a demo" in html
    assert "Stage New → SQL" in html
    assert "Before &lt;January&gt;?" in html
    assert "None given: no marketing mail is sent" in html


def test_a_lead_not_judged_yet_has_a_page_too(client, marketer) -> None:
    lead_id = captured(email="new@engines.example", now=timezone.now()).lead_id

    assert client.get(reverse("lead_page", args=[lead_id])).status_code == 200


def test_a_lead_of_another_team_is_not_there(client, lead) -> None:
    client.force_login(make_user(Role.REP, team=make_team()))

    assert client.get(url(lead)).status_code == 404
    assert client.post(url(lead, "lead_note"), {"text": "Mine?"}).status_code == 404
    assert not Activity.objects.filter(kind=Kind.NOTE_ADDED).exists()


def test_a_lead_that_a_colleague_has_claimed_names_the_colleague_and_nothing_else(client, lead) -> None:
    team = make_team()
    owner = make_user(Role.REP, team=team, name="Rita Rep")
    Lead.objects.filter(pk=lead.pk).update(team=team, owner=owner)
    client.force_login(make_user(Role.REP, team=team))

    answer = client.get(url(lead))

    assert answer.status_code == 403
    assert "Rita Rep works with this lead" in answer.content.decode()
    assert lead.email not in answer.content.decode() and lead.last_name not in answer.content.decode()
    assert client.post(url(lead, "lead_note"), {"text": "Mine?"}).status_code == 404


def test_a_stage_is_pinned_with_its_reason_and_released(client, marketer, lead) -> None:
    pinned = client.post(url(lead, "lead_stage"), {"to": "iql", "reason": "Is a student"}, follow=True)
    state = LeadState.objects.get(lead=lead)
    released = client.post(url(lead, "lead_release"), follow=True)

    assert "Stage set by Mara Marketer" in pinned.content.decode()
    assert (state.stage, state.is_pinned, state.pin_reason) == ("iql", True, "Is a student")
    assert "Stage set by Mara Marketer" not in released.content.decode()
    assert Transition.objects.order_by("id").last().to_stage == "sql"
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"set stage", "release stage"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"to": "sql", "reason": "x"}, "The lead is already SQL."),
        ({"to": "iql"}, "This field is required."),
        ({"to": "nonsense", "reason": "x"}, "Select a valid choice"),
    ],
)
def test_a_stage_that_cannot_be_set_says_why(client, marketer, lead, given, says) -> None:
    answer = client.post(url(lead, "lead_stage"), given)

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_releasing_what_is_not_pinned_says_so(client, marketer, lead) -> None:
    answer = client.post(url(lead, "lead_release"))

    assert answer.status_code == 422
    assert "not pinned" in answer.content.decode()


def test_a_note_is_kept_word_for_word(client, marketer, lead) -> None:
    client.post(url(lead, "lead_note"), {"text": "Call <b>after</b> lunch"})

    html = client.get(url(lead)).content.decode()
    assert "Call &lt;b&gt;after&lt;/b&gt; lunch" in html
    assert client.post(url(lead, "lead_note"), {"text": " "}).status_code == 422


def test_an_edit_is_a_fact_with_old_and_new_value(client, marketer, lead) -> None:
    fields = {"email": lead.email, "first_name": "Augusta", "company": "Engines", "job_title": lead.job_title}

    answer = client.post(url(lead, "lead_edit"), fields)

    change = Activity.objects.filter(kind=Kind.PROFILE_CHANGED, payload__field="first_name").get()
    assert answer.url == url(lead)
    assert (change.payload["old"], change.payload["new"], change.by) == ("Ada", "Augusta", marketer)
    assert Lead.objects.get(pk=lead.pk).last_name == ""


def test_an_address_of_another_lead_is_refused_and_the_input_kept(client, marketer, lead, now) -> None:
    other = make_lead(now, email="grace@navy.example")

    answer = client.post(url(lead, "lead_edit"), {"email": other.email, "first_name": "Augusta"})

    assert answer.status_code == 422
    assert "belongs to another lead" in answer.content.decode()
    assert 'value="Augusta"' in answer.content.decode()


@pytest.mark.parametrize(("decision", "company"), [("accept", "New Ltd"), ("dismiss", "Engines")])
def test_a_proposal_is_taken_over_or_left(client, marketer, lead, decision, company) -> None:
    captured(email=lead.email, now=timezone.now(), fields={"company": "New Ltd"})
    pipeline.advance_marked_leads(now=timezone.now())
    proposal = FieldProposal.objects.get()

    client.post(url(lead, "lead_proposal", proposal.pk), {"decision": decision})
    client.post(url(lead, "lead_proposal", proposal.pk), {"decision": "accept"})

    assert Lead.objects.get(pk=lead.pk).company == company
    assert "New Ltd" not in client.get(url(lead)).context["proposals"].values_list("value", flat=True)


def test_a_viewer_reads_and_changes_nothing(client, lead) -> None:
    client.force_login(make_user(Role.VIEWER))

    html = client.get(url(lead)).content.decode()
    refused = [
        client.post(url(lead, name), {"to": "iql", "reason": "x", "text": "x"}).status_code
        for name in ("lead_stage", "lead_release", "lead_note", "lead_edit")
    ]

    assert "#stage-dialog" not in html and url(lead, "lead_note") not in html
    assert refused == [403, 403, 403, 403]


@pytest.mark.parametrize("group", ["", "web", "email", "sales", "changes", "nonsense"])
def test_the_timeline_is_filtered_by_its_tab(client, marketer, lead, group) -> None:
    answer = client.get(url(lead), {"timeline": group})

    kinds = {item.group for day in answer.context["days"] for item in day.items}
    assert answer.status_code == 200
    assert kinds <= ({group} if group in ("web", "email", "sales", "changes") else {"web", "email", "sales", "changes"})


def test_looking_changes_nothing(client, marketer, lead) -> None:
    before = (Activity.objects.count(), AuditEntry.objects.count(), Transition.objects.count())

    for name in ("lead_stage", "lead_release", "lead_note"):
        assert client.get(url(lead, name)).status_code == 405
    client.get(url(lead))

    assert (Activity.objects.count(), AuditEntry.objects.count(), Transition.objects.count()) == before


def test_the_query_count_does_not_grow_with_history(client, marketer, lead, django_assert_max_num_queries) -> None:
    for number in range(120):
        record_activity(lead_id=lead.pk, kind=Kind.PAGE_VIEWED, payload={"path": f"/{number}"}, now=timezone.now())

    with django_assert_max_num_queries(40):
        client.get(url(lead))


@pytest.fixture
def mails(lead) -> None:
    """One mail of each fate, one still to go out, and a notice to a colleague."""
    now = timezone.now()
    for status, reason in (("sent", ""), ("suppressed", "Unsubscribed from Guides."), ("pending", "")):
        queued(lead, f"Mail {status}", now, status=status, reason=reason, sent_at=now if status == "sent" else None)
    queued(lead, "Notice to a colleague", now, kind="staff", status="sent", sent_at=now)


def queued(lead: Lead, subject: str, now: datetime, **fate: object) -> None:
    to = {"to_email": lead.email, "subject": subject, "text": "Hello", "html": ""}
    message = queue_message(dedupe_key=subject, kind="requested", about=lead.pk, now=now, **to)
    Message.objects.filter(pk=message.pk).update(**fate)


def test_mails_stand_in_the_timeline_and_under_its_tab(client, marketer, lead, mails) -> None:
    items = [item for day in client.get(url(lead), {"timeline": "email"}).context["days"] for item in day.items]

    assert sorted(item.text for item in items) == ["Did not send “Mail suppressed”", "Sent “Mail sent”"]
    assert {item.remark for item in items} == {"", "Unsubscribed from Guides."}
    assert "Mail sent" in client.get(url(lead)).content.decode()
    assert "Mail sent" not in client.get(url(lead), {"timeline": "web"}).content.decode()


def test_a_mail_still_to_go_out_is_named_beside_the_timeline(client, marketer, lead, mails) -> None:
    html = client.get(url(lead)).content.decode()

    assert html.index("Mails on the way") < html.index("Mail pending")
    assert "Notice to a colleague" not in html


def test_what_follows_stands_above_what_it_follows_from(client, marketer, lead) -> None:
    (day,) = client.get(url(lead)).context["days"]

    assert [item.text for item in day.items][:3] == ["Handed over to sales", "Stage New → SQL", "Requested a demo"]


def test_older_pages_of_the_timeline_lose_nothing(lead) -> None:
    at = timezone.now() - timedelta(days=1)
    for number in range(7):
        record_activity(lead_id=lead.pk, kind=Kind.NOTE_ADDED, payload={"note": str(number)}, now=at)
    whole = [item.id for item in timeline(lead)]

    pages, before = [], None
    for _ in range(len(whole)):
        page = timeline_page(lead, before=before, limit=3)
        pages += [item.id for day in page.days for item in day.items]
        before = page.older_than
        if before is None:
            break

    assert pages == whole


def test_a_long_timeline_leads_to_what_is_older_and_back(client, marketer, lead) -> None:
    for number in range(60):
        at = timezone.now() - timedelta(days=2, minutes=number)
        record_activity(
            lead_id=lead.pk, kind=Kind.NOTE_ADDED, payload={"note": f"Note {number}"}, occurred_at=at, now=at
        )

    newest = client.get(url(lead))
    older = client.get(url(lead) + newest.context["older_url"].partition("#")[0])

    assert "Note 59" not in newest.content.decode()
    assert "Note 59" in older.content.decode() and ">Newest<" in older.content.decode()
    assert client.get(url(lead), {"before": "nonsense"}).status_code == 200
