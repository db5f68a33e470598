"""What each role may do, asked of the rules that decide it; each app brings its verbs, in words and by a rule."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import Role, Scope, User
from common.composition import composed
from common.routes import may_open

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
    """The rule of a page: whom its view lets in."""
    return lambda user: may_open(user, name)


def role_matrix() -> list[Line]:
    """Return a line for each verb."""
    people = [User(role=role, is_active=True) for role in Role]
    return [Line(verb.label, tuple(verb.rule(person) for person in people)) for verb in composed("VERBS")]
