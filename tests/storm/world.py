"""What is known of the place before a storm begins. Knows nothing of Django: writers and checker stand outside."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

SHOPS = ("north", "south")
PROGRAMMES = (*SHOPS, "platform")
PER_YUAN = {"north": "1", "south": "0.5", "platform": "0.1"}  # points
RATIOS = {"north>platform": (10, 8), "platform>north": (10, 7), "south>platform": (20, 11), "platform>south": (10, 13)}
STEP = 20  # points are exchanged in multiples of it
STOCKS = {"plenty": 1_000_000, "scarce": 40}  # coupons of each shop, by template
OPENING = 300  # points everybody has in each programme before it begins
REWARD, COST, CODES = "film", 15, 60


@dataclass(frozen=True)
class World:
    """members: one_ids.  clients: id and secret by name.  per_yuan, ratios, opening: what the rules say (constants above)."""

    members: list[str]
    clients: dict[str, tuple[str, str]]
    per_yuan: dict[str, str]
    ratios: dict[str, tuple[int, int]]
    opening: int

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read(file: Path) -> World:
    said = json.loads(file.read_text(encoding="utf-8"))
    for name in ("clients", "ratios"):
        said[name] = {key: tuple(pair) for key, pair in said[name].items()}
    return World(**said)
