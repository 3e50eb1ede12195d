"""The real purchases: the bundled file, taken in by the import that a shop would use."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from activity import mapping
from activity import services as activity_services
from activity.services import ImportReport
from core.scope import Scope
from core.watching import Watcher
from demo.customers import SOURCE
from demo.world.house import ACTOR, POUND_RATE

MAPPING = Path(__file__).resolve().parent / "data" / "online_retail.toml"
AT_ONCE = 2  # as many cores as the demo counts on
LINES, PIECES, AMOUNT_MICRO = 541_909, 5_176_450, 9_747_747_934_000  # the file's own totals; the amount in millionths of a pound


class DoesNotTie(Exception):
    """What was loaded does not add up to the file: the demo would show something else than it says."""


def load_purchases(
    *,
    shift_days: int,
    now: datetime,
    watcher: Watcher,
    stops: Sequence[datetime] = (),
    at_stop: Callable[[datetime], None] = lambda moment: None,
) -> ImportReport:
    """Record every invoice and return of the file. The customers are members already. Twice changes nothing.

    Recorded in order of time, a bounded number of orders a transaction; at each of the stops `at_stop` is called before anything later is
    recorded (ruling 5). Raises DoesNotTie.
    """
    report = activity_services.import_orders(
        open_file=lambda: SOURCE.open("rb"),
        mapping=mapping.read(MAPPING.read_text(encoding="utf-8"), beside=MAPPING.parent, store_code=""),
        scope=Scope(actor=ACTOR, platform=True),
        booked_at=now,
        shift_days=shift_days,
        watcher=watcher,
        stops=stops,
        at_stop=at_stop,
        at_once=AT_ONCE,
    )
    control = report.control()
    if (control.lines + report.unreadable, control.pieces, control.amount_micro) != (LINES, PIECES, AMOUNT_MICRO):
        raise DoesNotTie(f"{control} and {report.unreadable} unreadable lines are not the file's {LINES}, {PIECES}, {AMOUNT_MICRO}")
    for currency, totals in report.totals.items():
        for own, foreign in ((totals.settled_minor, totals.source_settled_minor), (totals.refund_minor, totals.source_refund_minor)):
            if own != foreign * POUND_RATE:
                raise DoesNotTie(f"{own} {currency} is not {foreign} GBP at {POUND_RATE}")
    return report
