"""What each role may do, asked of the rules that decide it; nothing here is written by hand but the words."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import resolve

from accounts.models import Role, Scope, User
from accounts.permissions import can_administer, can_edit_leads, can_manage, can_sell
from common.navigation import first_url

Rule = Callable[[User], bool]


@dataclass(frozen=True)
class Verb:
    """An act in plain words, and the rule that lets somebody do it."""

    label: str
    rule: Rule


@dataclass(frozen=True)
class Line:
    """A line of the matrix: whether each role, in the order of ``Role``, may do it."""

    label: str
    may: tuple[bool, ...]


def sees(*scopes: Scope) -> Rule:
    """The rule of those who see that much."""
    return lambda user: user.scope in scopes


def opens(name: str) -> Rule:
    """The rule of a page: the roles its view lets in."""
    return lambda user: user.role in resolve(first_url(name)).func.roles  # type: ignore[attr-defined]


VERBS = (
    Verb("See their own leads and the team's queue", sees(Scope.OWN, Scope.TEAM, Scope.ALL)),
    Verb("See all leads of the team", sees(Scope.TEAM, Scope.ALL)),
    Verb("See all leads and every mail", sees(Scope.ALL)),
    Verb("Edit the leads they see", can_edit_leads),
    Verb("Take and judge handovers", can_sell),
    Verb("Change the goal", opens("insights:goal")),
    Verb("Make and close forms, release held ones", opens("capture:form_create")),
    Verb("Start and pause sequences", can_manage),
    Verb("Invite people, change roles and teams", opens("accounts:people")),
    Verb("Make API keys and webhooks", opens("accounts:api_keys")),
    Verb("Change company, retention and pause sending", opens("accounts:company")),
    Verb("Read the audit log and the state of the system", can_administer),
)


def role_matrix() -> list[Line]:
    """Return a line for each verb."""
    people = [User(role=role, is_active=True) for role in Role]
    return [Line(verb.label, tuple(verb.rule(person) for person in people)) for verb in VERBS]
