"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadcrm.settings")
application = get_wsgi_application()
# What the first visitors would wait for, and each process would keep for itself, is there before the server forks:
# views with their routes in both directions, and the template engine with all tags.
reverse("home")
get_template("base.html")
