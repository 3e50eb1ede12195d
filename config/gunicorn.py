"""How gunicorn serves the site: processes with threads, no query strings in the log, numbers of all processes together."""

import multiprocessing
import os
import shutil
from pathlib import Path
from typing import Any

from config.environment import env

worker_class = "gthread"
workers = env.whole("WEB_WORKERS", default=min(multiprocessing.cpu_count(), 4), least=1)
threads = env.whole("WEB_THREADS", default=4, least=1)
bind = env.text("WEB_BIND", default="127.0.0.1:8000")
preload_app = True  # the code is read once for all processes
timeout = 60  # seconds; longer work is a job
graceful_timeout = 15
max_requests, max_requests_jitter = 5000, 500
accesslog = "-"
if os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.prod") == "config.settings.prod":
    forwarded_allow_ips = ""  # gunicorn would believe a proxy on its own machine; TRUSTED_PROXIES alone says who is believed
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(D)sus %({x-request-id}o)s'  # the path without its query, where people type phones


def on_starting(_server: Any) -> None:
    """Forget the numbers of processes that have ended."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Keep the counts of a process that ended, drop what only a living one has."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
