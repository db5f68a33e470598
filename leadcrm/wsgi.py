"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest
from django.template.loader import get_template
from django.urls import resolve, reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadcrm.settings")
application = get_wsgi_application()
# What the first visitors would wait for, and each process would keep for itself, is there before the server forks:
# views with their routes in both directions, the template engine with all tags, the page where people sign in, and the
# script of the forms in other websites, which takes its time and memory to be compressed.
reverse("home")
get_template("base.html")
get_template("accounts/sign_in.html")
visitor = HttpRequest()
visitor.method = "GET"
resolve("/embed.js").func(visitor)
