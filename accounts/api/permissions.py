"""Reading is for everybody signed in (each sees their scope); writing follows the role."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import KeyScope
from accounts.permissions import can_edit_leads

if TYPE_CHECKING:
    from rest_framework.views import APIView


class RolePermission(BasePermission):
    """Asks the view's ``may_write`` for everything but reading; the default lets all but viewers write.

    A view with ``may_read`` is not for everybody's eyes.
    """

    message = "The role of this key or person may not do this. Ask an admin for another role."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated or not _is_in_scope(request, view):
            return False
        if request.method in SAFE_METHODS:
            return getattr(view, "may_read", _anybody)(request.user)
        return getattr(view, "may_write", can_edit_leads)(request.user)


def _anybody(user: object) -> bool:
    return True


def _is_in_scope(request: Request, view: "APIView") -> bool:
    """Whether the key has this right at all. Raises PermissionDenied naming its scope where it has not."""
    scope = getattr(request.auth, "scope", KeyScope.WRITE)
    is_reading = request.method in SAFE_METHODS
    if scope == KeyScope.READ and not is_reading:
        raise PermissionDenied("This key may only read. Ask an admin for one that may write.")
    if scope == KeyScope.CAPTURE and (is_reading or not getattr(view, "is_capture", False)):
        raise PermissionDenied("This key may only send in forms: POST /api/v1/submissions.")
    return True
