"""Leads with the endpoints that need more than the leads app: the receipt."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import BadParameter
from accounts.api.filters import refuse_unknown
from common import clock
from leads.api import LeadViewSet
from leads.models import Lead
from scoring.api import ReceiptOut, ReceiptQuery, receipt_json
from scoring.selectors import receipt

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class LeadsViewSet(LeadViewSet):
    """Leads the caller may see; the others do not exist for them (404)."""

    @extend_schema(parameters=[ReceiptQuery], responses=ReceiptOut)
    @action(detail=True, methods=["get"], url_path="receipt", filterset_class=None, pagination_class=None)
    def receipt(self, request: Request, pk: Any = None) -> Response:
        """The lines that add up to fit and engagement, now or at a moment in the past."""
        lead = self.get_object()
        return Response(receipt_json(receipt(lead, **_moments(request, lead))))


def _moments(request: Request, lead: Lead) -> dict[str, datetime]:
    """Read ``at`` and ``known_at``. Raises BadParameter for what is no moment of this century."""
    refuse_unknown(request, ["at", "known_at"])
    query = ReceiptQuery(data=request.query_params)
    if not query.is_valid():
        raise BadParameter(" ".join(f"{name}: {' '.join(texts)}" for name, texts in query.errors.items()))
    moments: dict[str, datetime] = dict(query.validated_data)
    for name, moment in moments.items():
        if not EARLIEST <= moment <= LATEST:
            raise BadParameter(f"{name}: has to lie between the years 2000 and 2100.")
    state = getattr(lead, "state", None)
    moments.setdefault("at", state.scored_at if state else clock.now())
    return moments
