"""Celery: what runs when, and how a worker or publisher behaves when something fails."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab
from django.utils.translation import gettext_noop as noop

# Seconds after which a task whose worker vanished is given to another: longer than the longest task, or it would run twice at once.
VISIBILITY_TIMEOUT = 6 * 3600

CELERY_TASK_ACKS_LATE = True  # a killed worker's task is done by another
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True  # what came of a job is in our own tables
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for the broker as long as it takes
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False

# A door that publishes a wake-up with the broker away is told so at once (ruling 8: it does not need the queue to be right).
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1.0
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": VISIBILITY_TIMEOUT,
    "socket_connect_timeout": 1.0,
    "socket_timeout": 10.0,
    "retry_on_timeout": False,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
}

CELERY_BEAT_SCHEDULER = "config.scheduler:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5  # seconds until a schedule edited in the admin is seen
DJANGO_CELERY_BEAT_TZ_AWARE = True

# The schedule of a new installation, docs/operations.md, Schedules. Beat writes an entry into the database when its name is not
# there yet and never again: from then on people edit it in the admin.
# `expire_seconds`: a tick nobody took in time is dropped, since the next one does its work.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    noop("Deliver webhooks"): {
        "task": "stores.tasks.deliver_webhooks",
        "schedule": timedelta(seconds=2),
        "options": {"expire_seconds": 10},
    },
    noop("Run waiting jobs"): {
        "task": "core.tasks.run_jobs",
        "schedule": timedelta(seconds=3),
        "options": {"expire_seconds": 10},
    },
    noop("Send messages to members"): {
        "task": "core.tasks.send_notices",
        "schedule": timedelta(seconds=60),
        "options": {"expire_seconds": 60},
    },
    noop("Show that beat and a worker are alive"): {
        "task": "core.tasks.beat_heartbeat",
        "schedule": timedelta(seconds=30),
        "options": {"expire_seconds": 60},
    },
    noop("Make the coming months' partitions"): {
        "task": "core.tasks.make_partitions",
        "schedule": crontab(minute="10", hour="3"),
        "options": {"expire_seconds": 12 * 3600},
    },
    noop("Forget answers and sessions that have expired"): {
        "task": "core.tasks.forget_expired",
        "schedule": crontab(minute="30", hour="3"),
        "options": {"expire_seconds": 12 * 3600},
    },
    noop("Forget old webhook deliveries"): {
        "task": "stores.tasks.forget_delivered",
        "schedule": crontab(minute="40", hour="3"),
        "options": {"expire_seconds": 12 * 3600},
    },
    noop("Forget old tagging runs of changes"): {
        "task": "tags.tasks.forget_runs",
        "schedule": crontab(minute="45", hour="3"),
        "options": {"expire_seconds": 12 * 3600},
    },
    noop("Sum up the members' days"): {
        "task": "tags.tasks.refresh_summary",
        "schedule": crontab(minute="0", hour="1"),
        "options": {"expire_seconds": 12 * 3600},
    },
    noop("Bring RFM up to yesterday"): {
        "task": "growth.tasks.update_rfm_states",
        "schedule": crontab(minute="30", hour="1"),
        "options": {"expire_seconds": 12 * 3600},
    },
    noop("Run the RFM cycles of the month, then the reviews of levels"): {
        "task": "growth.tasks.turn_month",
        "schedule": crontab(minute="0", hour="2", day_of_month="1-2"),  # on the second day the months that end later elsewhere
        "options": {"expire_seconds": 24 * 3600},
    },
    noop("Run cycles and reviews that wait"): {
        "task": "growth.tasks.run_waiting",
        "schedule": timedelta(seconds=10),
        "options": {"expire_seconds": 30},
    },
    noop("End and announce what ends by the day: levels set by hand, paid membership, grace"): {
        "task": "growth.tasks.keep_levels",
        "schedule": crontab(minute="15"),  # hourly: somewhere a day begins
        "options": {"expire_seconds": 3600},
    },
    noop("Empty lots of points that have ended"): {
        "task": "points.tasks.expire_lots",
        "schedule": crontab(minute="10"),  # hourly: somewhere a day has begun
        "options": {"expire_seconds": 3600},
    },
    noop("Give back points that were held too long"): {
        "task": "points.tasks.time_out_holds",
        "schedule": timedelta(seconds=60),
        "options": {"expire_seconds": 60},
    },
    noop("Close the day's books of points"): {
        "task": "points.tasks.close_days",
        "schedule": crontab(minute="20"),
        "options": {"expire_seconds": 3600},
    },
    noop("Remind members of points that are about to end"): {
        "task": "points.tasks.remind_of_endings",
        "schedule": crontab(minute="25"),
        "options": {"expire_seconds": 3600},
    },
    noop("End reservations of coupons, and coupons whose time is over"): {
        "task": "coupons.tasks.expire_coupons",
        "schedule": timedelta(seconds=60),
        "options": {"expire_seconds": 60},
    },
    noop("Give the coupons of the month"): {
        "task": "coupons.tasks.give_monthly_packs",
        "schedule": crontab(minute="35"),  # hourly: somewhere a day has begun
        "options": {"expire_seconds": 3600},
    },
    noop("Carry out campaigns"): {
        "task": "engagement.tasks.run_campaigns",
        "schedule": timedelta(seconds=5),
        "options": {"expire_seconds": 10},
    },
    noop("Judge the tags of all members"): {
        "task": "tags.tasks.judge_night",
        "schedule": crontab(minute="50", hour="3"),  # after RFM has been brought up to yesterday
        "options": {"expire_seconds": 12 * 3600},
    },
    noop("Judge the tags of members of whom something changed"): {
        "task": "tags.tasks.judge_changes",
        "schedule": timedelta(seconds=60),
        "options": {"expire_seconds": 60},
    },
    noop("Do the tagging runs that wait"): {
        "task": "tags.tasks.run_waiting",
        "schedule": timedelta(seconds=10),
        "options": {"expire_seconds": 30},
    },
    noop("Check the ledgers"): {
        "task": "growth.tasks.check_ledgers",
        "schedule": crontab(minute="30", hour="5"),
        "options": {"expire_seconds": 12 * 3600},
    },
    noop("Check RFM against all orders"): {
        "task": "growth.tasks.check_rfm_states",
        "schedule": crontab(minute="30", hour="4", day_of_week="0"),
        "options": {"expire_seconds": 24 * 3600},
    },
}
WAKE_AFTER_WRITES = ["stores.tasks.deliver_webhooks"]  # woken by the doors after a commit, if the broker is there (ruling 8)
JOBS_AT_ONCE = 1  # workers that may be busy with imports and other long jobs; the others keep delivering
