"""A file of any length is read in the same memory (R16: under 512 MB)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests import world

ROOT = Path(__file__).resolve().parents[2]
PEAK = """
import django; django.setup()
import io, resource, sys
from django.core.management import call_command
file = sys.argv[1]
call_command("import_orders", file, "--store", "S001", "--dry-run", skip_checks=True, stdout=io.StringIO())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write(path: Path, lines: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("order_no,status,placed_at,customer_no,sku,name,quantity,unit_price\n")
        for number in range(lines):
            bad = "x" if number % 10 == 0 else "1"
            file.write(f"O{number // 4},completed,2024-05-01 10:00:00,C{number // 40},S{number % 5000},some item,{bad},19.90\n")


@pytest.mark.slow
def test_memory_stays_flat_from_ten_thousand_to_seventy_thousand_lines(transactional_db: None, tmp_path: Path) -> None:
    world.store("S001")
    settings = connection.settings_dict
    url = f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    peaks = []
    for lines in (10_000, 70_000):
        file = tmp_path / f"{lines}.csv"
        write(file, lines)
        ran = subprocess.run(
            [sys.executable, "-c", PEAK, str(file)], cwd=ROOT, env=environment, capture_output=True, check=True, timeout=600
        )
        peaks.append(int(ran.stdout.split()[-1]) // 1024)  # megabytes
    assert peaks[1] < 512
    assert peaks[1] - peaks[0] < 25, f"{peaks} MB"
