"""Settings, from the environment only; every variable stands in ``.env.example`` and ``docs/configuration.md``."""

import os
import tomllib
from datetime import timedelta
from pathlib import Path

import environ
import structlog

from leadcrm import logs
from leadcrm.config import (
    celery_broker_url,
    database_of,
    hosts_with,
    require_database_url,
    require_secret_key,
    web_threads,
    web_workers,
)

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Where the product runs ---------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = require_secret_key(env.str("SECRET_KEY", default=""), debug=DEBUG)
# Keys that signed before this one did: what they signed stays valid, nothing new is signed with them.
SECRET_KEY_FALLBACKS = [require_secret_key(key, debug=False) for key in env.list("SECRET_KEY_FALLBACKS", default=[])]
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = PUBLIC_BASE_URL.startswith("https://")
ALLOWED_HOSTS = hosts_with(PUBLIC_BASE_URL, env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"]))
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
# How the processes are looked after, for the commands that the System page and the doctor name.
IS_CONTAINER = env.str("LEADCRM_ENV", default="") == "image"
IS_SUPERVISED = env.bool("LEADCRM_SUPERVISED", default=False)
# Each thread of the web server holds one connection to the database.
WEB_CONNECTIONS = web_workers() * web_threads()
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# --- Database: PostgreSQL 14 or newer; every statement ends, so that a thread is never lost to one ----------------
DATABASES = {"default": database_of(require_database_url(env.str("DATABASE_URL", default="")))}
DATABASES["default"].update(
    CONN_MAX_AGE=None,
    CONN_HEALTH_CHECKS=True,
    DISABLE_SERVER_SIDE_CURSORS=True,
)
STATEMENT_TIMEOUT_MS = env.int("STATEMENT_TIMEOUT_MS", default=10_000)
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "leadcrm",
    "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c idle_in_transaction_session_timeout=60000",
    **DATABASES["default"].get("OPTIONS", {}),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker and clock (see leadcrm/celery.py) ---------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = celery_broker_url(REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE_OR_TIMEOUT = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 240
CELERY_TASK_SOFT_TIME_LIMIT = 210
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "leadcrm"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2.0
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2.0,
    "socket_keepalive": True,
    "health_check_interval": 15,
    "global_keyprefix": "leadcrm:",
}
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "leadcrm.beat:Beat"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
BEAT_SECONDS = 10
RETENTION_SECONDS = 600
TELL_SECONDS = 60
TICKS = {
    "leadcrm.advance_marked_leads": BEAT_SECONDS,
    "mail.send_due_messages": BEAT_SECONDS,
    "accounts.deliver_webhooks": BEAT_SECONDS,
    "accounts.answer_reset_requests": BEAT_SECONDS,
    "accounts.seal_audit_log": BEAT_SECONDS,
    "nurturing.advance_due_enrollments": BEAT_SECONDS,
    "sales.watch_handovers": BEAT_SECONDS,
    "capture.join_unjoined_submissions": BEAT_SECONDS,
    "insights.roll_up": BEAT_SECONDS,
    "common.record_heartbeat": BEAT_SECONDS,
    "leadcrm.tell_admins": TELL_SECONDS,
    "leadcrm.apply_retention": RETENTION_SECONDS,
}
# Each tick expires before the next one but one is due, so that a stopped worker finds no pile of them.
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": seconds, "options": {"expires": 2 * seconds}} for name, seconds in TICKS.items()
}

# --- Mail: without EMAIL_URL it is caught and shown in the product, never sent ------------------------------------
EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_FROM = env.str("EMAIL_FROM", default="LeadCRM <no-reply@localhost>")
EMAIL_UNSUBSCRIBE = env.str("EMAIL_UNSUBSCRIBE", default="")
EMAIL_CONNECTIONS = env.int("EMAIL_CONNECTIONS", default=8)

# --- Requests to addresses that people name (webhooks): public ones on these ports, and hosts named here ------------
OUTBOUND_PORTS = [int(port) for port in env.list("OUTBOUND_PORTS", default=["80", "443", "8080", "8443"])]
OUTBOUND_PRIVATE_HOSTS = [host.lower() for host in env.list("OUTBOUND_PRIVATE_HOSTS", default=[])]

# --- Apps ---------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "heroicons",
    "crispy_forms",
    "crispy_bootstrap5",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "common",
    "mail",
    "accounts",
    "leads",
    "scoring",
    "capture",
    "nurturing",
    "sales",
    "insights",
    "leadcrm",
]
MIDDLEWARE = [
    "leadcrm.observing.ObservingMiddleware",
    "leadcrm.middleware.PublicPathMiddleware",
    "leadcrm.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "leadcrm.seeing.SeeAsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.CallerAddressMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "accounts.middleware.OwnKeysMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "leadcrm.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "leadcrm.urls"
COMPOSITION = "leadcrm.composition"
WSGI_APPLICATION = "leadcrm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- People, sessions, cookies ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Five wrong passwords for one name from one address, then a pause; accounts/sign_in.py adds the limits against floods.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_HANDLER = "accounts.sign_in.SignInHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "common.client_ip.client_ip"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "email", "csrfmiddlewaretoken"]
SILENCED_SYSTEM_CHECKS = [
    "axes.W002",  # the sign-in page itself says how long the pause is
    "security.W002",  # frame-ancestors of the Content-Security-Policy says who may frame a page
    "security.W005",  # other names of the operator's domain are not the product's to decide about
    "security.W021",  # ... nor is the preload list of browsers
    "security.W008",  # http leads to https at the proxy, which alone knows how a visitor came
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "leadcrm_session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "leadcrm_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "accounts.models.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]

# --- API ----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.RolePermission"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttling.KeyThrottle"],
    "DEFAULT_THROTTLE_RATES": {"key": env.str("API_RATE", default="1200/min")},
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.api.parsing.JsonNegotiation",
    "DEFAULT_FILTER_BACKENDS": ["accounts.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "accounts.api.filters.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "leadcrm.api_schema.WordedSchema",
    "EXCEPTION_HANDLER": "leadcrm.api_errors.problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "LeadCRM API",
    "DESCRIPTION": "Leads, what they did, what is thought of them, and what sales makes of them. See docs/api.md.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": False,
    "AUTHENTICATION_WHITELIST": ["accounts.api.authentication.KeyAuthentication"],
}

# --- Headers ------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-src": ["'self'"],
        "font-src": ["'none'"],
        "manifest-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if IS_HTTPS else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
MAX_BODY_BYTES = 12_000_000

# --- Language, time, files ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
USE_THOUSAND_SEPARATOR = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
DATA_DIR = Path(env.str("LEADCRM_DATA_DIR", default=str(BASE_DIR / ".leadcrm" / "data")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "leadcrm.static.CompressedStorage"
    },
}
WHITENOISE_MAX_AGE = 3600

# --- Log: one JSON object an event, to standard error (see leadcrm/logs.py) ---------------------------------------
LOGGING = logs.config(os.environ.get("LOG_LEVEL", "INFO"))
structlog.configure(
    processors=[structlog.stdlib.filter_by_level, structlog.stdlib.render_to_log_kwargs],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
