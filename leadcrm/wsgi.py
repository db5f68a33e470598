"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadcrm.settings")
application = get_wsgi_application()
# All views are imported before the server forks, so that no first visitor waits for it.
get_resolver().url_patterns  # noqa: B018
