"""People and teams."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Card, Role, Team, User
from accounts.services.audit import audit, difference
from accounts.services.errors import EmailTaken, LastAdmin, TeamNameTaken

# Without letters and digits that look alike.
READABLE = "abcdefghijkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Return a password that can be read out: four groups of five, 100 bits."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(5)) for _ in range(4))


@transaction.atomic
def create_user(
    *,
    name: str,
    email: str,
    role: str,
    password: str,
    by: User | None,
    now: datetime,
    team: Team | None = None,
    is_sample: bool = False,
) -> User:
    """Return the new person. Raises EmailTaken."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name, role=Role(role), team=team, is_sample=is_sample)
    except IntegrityError as exc:
        raise EmailTaken("Somebody signs in with this e-mail address already.") from exc
    audit(
        by=by,
        action="created",
        kind="user",
        object_id=str(user.pk),
        changes={"email": ["", user.email], "role": ["", str(role)], "team": ["", str(team or "")]},
        now=now,
    )
    return user


def lock_people(*people: User) -> dict[int, User]:
    """Lock these people and all active admins in one order, and return them by id as they are now.

    NO KEY: rows that name them may still be written, so nobody waits here for a lead that somebody else holds.
    """
    wanted = Q(pk__in=[person.pk for person in people]) | Q(role=Role.ADMIN, is_active=True, is_service=False)
    rows = User.objects.select_for_update(no_key=True, of=("self",)).select_related("team")
    return {row.pk: row for row in rows.filter(wanted).order_by("pk")}


def lock_person(person: User) -> User:
    """Lock one person and return them as they are now; a change of theirs that is under way is waited for."""
    return User.objects.select_for_update(no_key=True, of=("self",)).select_related("team").get(pk=person.pk)


@transaction.atomic
def edit_user(*, user: User, changes: dict[str, Any], by: User, now: datetime) -> User:
    """Change name, email, role, team or is_active. Raises EmailTaken, and LastAdmin for the only admin."""
    people = lock_people(user)
    locked = people[user.pk]
    admins = [row for row in people.values() if row.is_admin and row.is_active and not row.is_service]
    changed = difference(locked, changes)
    stays_admin = changes.get("role", locked.role) == Role.ADMIN and changes.get("is_active", locked.is_active)
    if admins == [locked] and not stays_admin:
        raise LastAdmin("This is the only admin. Make somebody else admin first.")
    if not changed:
        return locked
    for field in changed:
        setattr(locked, field, changes[field])
    try:
        with transaction.atomic():
            locked.save(update_fields=list(changed))
    except IntegrityError as exc:
        raise EmailTaken("Somebody signs in with this e-mail address already.") from exc
    audit(by=by, action="changed", kind="user", object_id=str(locked.pk), changes=changed, now=now)
    return locked


@transaction.atomic
def set_password(*, user: User, password: str, by: User, now: datetime) -> None:
    """Give ``user`` a new password, which ends all sessions made with the old one."""
    user.set_password(password)
    user.save(update_fields=["password"])
    audit(by=by, action="changed password of", kind="user", object_id=str(user.pk), changes={}, now=now)


@transaction.atomic
def create_team(*, name: str, by: User | None, now: datetime) -> Team:
    """Return the new team. Raises TeamNameTaken."""
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name)
    except IntegrityError as exc:
        raise TeamNameTaken("A team with this name exists already.") from exc
    audit(by=by, action="created", kind="team", object_id=str(team.pk), changes={"name": ["", name]}, now=now)
    return team


@transaction.atomic
def edit_profile(*, user: User, name: str, time_zone: str, theme: str, single_keys: bool, now: datetime) -> None:
    """Change what a person says about themselves."""
    fields = {"name": name, "time_zone": time_zone, "theme": theme, "single_keys": single_keys}
    locked = lock_person(user)
    changed = difference(locked, fields)
    if changed:
        User.objects.filter(pk=user.pk).update(**fields)
        audit(by=user, action="changed", kind="user", object_id=str(user.pk), changes=changed, now=now)


def set_theme(*, user: User, theme: str) -> None:
    """Keep ``auto``, ``light`` or ``dark`` for a person. Raises ValueError for another word."""
    if theme not in ("auto", "light", "dark"):
        raise ValueError("The theme is auto, light or dark.")
    User.objects.filter(pk=user.pk).update(theme=theme)


def set_own_keys(*, user: User, keys: Mapping[str, str]) -> None:
    """Keep the keys a person has chosen, by act; what is not among them is as delivered."""
    User.objects.filter(pk=user.pk).update(own_keys=dict(keys))


def set_single_keys(*, user: User, is_on: bool) -> None:
    """Keep whether single keys act for a person."""
    User.objects.filter(pk=user.pk).update(single_keys=is_on)


@transaction.atomic
def hide_card(*, user: User, card: str, is_hidden: bool) -> None:
    """Put away what a newcomer is offered, or bring it back. Raises ValueError for a card that does not exist."""
    if card not in Card.values:
        raise ValueError("There is no such card.")
    locked = lock_person(user)
    others = [name for name in locked.hidden_cards if name != card]
    User.objects.filter(pk=user.pk).update(hidden_cards=[*others, card] if is_hidden else others)
