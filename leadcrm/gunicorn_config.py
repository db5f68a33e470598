"""Settings of the web server; read by ``manage.py start`` and by the container image."""

import gc
import os
from pathlib import Path
from typing import Any

from leadcrm import logs
from leadcrm.config import web_connections, web_threads, web_workers

bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
worker_class = "leadcrm.web_worker.WholeRequestWorker"
workers = web_workers()
threads = web_threads()
worker_connections = web_connections()
# Imported once and shared by the workers: a faster start, and memory that is counted once.
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
control_socket_disable = True
logconfig_dict = logs.config(os.environ.get("LOG_LEVEL", "INFO"))
# The heartbeat of a worker is a file that is touched; on a slow disk it would stall and the worker be killed.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # nosec B108 - gunicorn makes the file


def when_ready(server: Any) -> None:
    """Leave what is imported out of every later garbage collection: its memory stays shared, and ends quickly."""
    gc.freeze()
