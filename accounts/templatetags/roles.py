"""The matrix of roles, for the pages where one is chosen."""

from django import template

from accounts import roles
from accounts.models import Role

register = template.Library()


@register.simple_tag
def role_matrix() -> list[roles.Line]:
    """The lines of the matrix, a cell for each of ``role_names``."""
    return roles.role_matrix()


@register.simple_tag
def role_choices() -> list[tuple[str, str]]:
    """The roles an admin can look as: all but their own."""
    return [choice for choice in Role.choices if choice[0] != Role.ADMIN]


@register.simple_tag
def role_names() -> list[str]:
    """The heads of the matrix."""
    return [str(role.label) for role in Role]
