"""`manage.py api_docs`: write what follows from the API's declarations."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.api import manual


class Command(BaseCommand):
    help = (
        "Write docs/openapi.json, the tables and commands of docs/api.md and examples/postman_collection.json from the API's declarations."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, text in self.files().items():
            (settings.BASE_DIR / name).write_text(text, encoding="utf-8")
            self.stdout.write(name)

    @staticmethod
    def files() -> dict[str, str]:
        """What is to be in each file, by its path."""
        document = manual.document()
        page = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
        return {
            "docs/openapi.json": manual.openapi_text(document),
            "docs/api.md": manual.woven(page, codes=manual.codes(), operations=manual.curls(document)),
            "examples/postman_collection.json": json.dumps(manual.postman(document), ensure_ascii=False, indent=1) + "\n",
        }
