"""When which part is killed: at steps drawn from the seed, so that the same storm is killed at the same places."""

import random
import time
from collections.abc import Callable, Mapping, Sequence

from tests.storm.driver import Progress
from tests.storm.stack import KINDS, Killed, Stack

CALM_SHARE = 0.03  # of the steps, at the beginning and at the end


def parse(text: str) -> dict[str, int]:
    """How many kills of which kind: "web=20 worker=20 postgres=5 valkey=5". Raises ValueError."""
    pairs = [word.partition("=") for word in text.split()]
    found = {kind: int(number) for kind, _sign, number in pairs}
    if not set(found) <= set(KINDS) or any(number < 0 for number in found.values()):
        raise ValueError(f"kills are of {', '.join(KINDS)}")
    return {kind: found.get(kind, 0) for kind in KINDS}


def plan(kills: Mapping[str, int], *, steps: int, seed: int) -> list[tuple[int, str]]:
    """(step, kind), the first one first."""
    dice = random.Random(f"{seed}:kills")
    calm = int(steps * CALM_SHARE)
    return sorted((dice.randint(calm, steps - calm), kind) for kind, number in kills.items() for _one in range(number))


def carry_out(
    planned: Sequence[tuple[int, str]],
    stack: Stack,
    progress: Progress,
    *,
    seed: int,
    over: Callable[[], bool],
    say: Callable[[str], None],
) -> list[Killed]:
    """Kill until all is killed and the writers have ended. over: whether they have.  say: told of each.  Raises NeverBack."""
    dice = random.Random(f"{seed}:victims")
    killed: list[Killed] = []
    waiting = list(planned)
    while waiting or not over():
        if waiting and (progress.done >= waiting[0][0] or over()):
            _step, kind = waiting.pop(0)
            time.sleep(dice.random() * 0.05)  # not always just when a step begins
            killed.append(stack.kill(kind, dice))
            say(f"  {progress.done:,} steps; {kind} killed ({killed[-1].victim}), back after {killed[-1].back:.1f} s")
        else:
            stack.mend()
            time.sleep(0.01)
    return killed
