"""Reading is for everybody signed in (each sees their scope); writing follows the role."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.permissions import can_edit_leads

if TYPE_CHECKING:
    from rest_framework.views import APIView


class RolePermission(BasePermission):
    """Asks the view's ``may_write`` for everything but reading; the default lets all but viewers write.

    A view with ``may_read`` is not for everybody's eyes.
    """

    message = "The role of this key or person may not do this. Ask an admin for another role."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            return False
        if request.method in SAFE_METHODS:
            return getattr(view, "may_read", _anybody)(request.user)
        return getattr(view, "may_write", can_edit_leads)(request.user)


def _anybody(user: object) -> bool:
    return True
