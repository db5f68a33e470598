"""The product as ``benchmarks/capture.py`` serves it, with one more address: a bare view that inserts one row."""

import json

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

settings.ROOT_URLCONF = "benchmarks.capture_app"
application = get_wsgi_application()


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """What a Django developer writes who wants to be fast: read the form, insert one row, answer."""
    fields = request.POST.dict()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_single (email, payload, at) VALUES (%s, %s, now()) RETURNING id",
            [fields["email"], json.dumps(fields)],
        )
        row = cursor.fetchone()
    return JsonResponse({"status": "accepted", "id": row[0]}, status=201)


urlpatterns = [path("f/bare/insert", insert), path("", include("capture.urls")), path("", include("leadcrm.urls"))]
