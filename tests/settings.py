"""The product's settings with what tests need besides: a key of their own, fast passwords, no hashed file names."""

import os

os.environ.setdefault("SECRET_KEY", "tests-only-" + "0" * 40)
os.environ.setdefault("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")

from leadcrm.settings import *  # noqa: F403
from leadcrm.settings import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
