"""A beat of its own: `python -m tests.growth.beat`. Reads moments from stdin, one a line, and at each does what beat does then.

The clock of the process stands at the moment; what is due is done here, where a broker and a worker would stand between. Answers each
moment with a line "ticked", and the tasks that were sent.
"""

import sys
from datetime import datetime
from typing import Any

import django
import time_machine
from celery.signals import task_failure, task_prerun

django.setup()

from config.celery import app  # noqa: E402 - after the app registry
from config.scheduler import Scheduler  # noqa: E402

sent: list[str] = []
failed: list[str] = []


@task_prerun.connect
def note(sender: Any = None, **_said: Any) -> None:
    sent.append(sender.name)


@task_failure.connect
def complain(exception: BaseException | None = None, **_said: Any) -> None:
    failed.append(repr(exception))


def main() -> None:
    schedule = {name: entry for name, entry in app.conf.beat_schedule.items() if entry["task"].startswith("growth.tasks.")}
    app.loader.import_default_modules()  # as a worker does: what it does not know it would hand to a broker
    app.conf.update(task_always_eager=True, broker_url="memory://", result_expires=None, beat_schedule=schedule)
    with time_machine.travel(datetime.fromisoformat(sys.stdin.readline().strip()), tick=False) as clock:
        scheduler = Scheduler(app=app)
        print("ticked", flush=True)
        for line in sys.stdin:
            clock.move_to(datetime.fromisoformat(line.strip()))
            sent.clear()
            while scheduler.tick() == 0:
                pass
            if failed:
                sys.exit("; ".join(failed))
            print("ticked", *sent, flush=True)


if __name__ == "__main__":
    main()
