"""How sensitive each stored field is (SEC-12): every field of every table of ours has a class, in `<app>/classification.toml`.

A file names a class for each model, and for the fields that differ from their model. Tests refuse a field nobody has classified by
naming its model, and a name that no model has. `manage.py data_classes` prints the list for an audit.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class DataClass(StrEnum):
    """L1 may be shown to anybody, L2 to staff, L3 is personal, L4 is personal and sensitive: masked at every door or never shown."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"


WORDS = {
    DataClass.L1: _("public"),
    DataClass.L2: _("internal"),
    DataClass.L3: _("personal"),
    DataClass.L4: _("personal and sensitive"),
}


@dataclass(frozen=True)
class ClassifiedField:
    """model: "members.Member".  data_class: None for a field nobody has classified."""

    model: str
    field: str
    data_class: DataClass | None


def own_apps() -> list[AppConfig]:
    """The apps of this project, which live in its folder."""
    return [app for app in apps.get_app_configs() if Path(app.path).parent == Path(settings.BASE_DIR)]


def fields() -> Iterator[ClassifiedField]:
    """Every stored field of our models, history tables aside: they hold what their model holds."""
    for app in own_apps():
        said = declared(app)
        for model in app.get_models():
            if hasattr(model, "pgh_tracked_model"):
                continue
            classes = said.get(model.__name__, {})
            for field in model._meta.local_concrete_fields:
                found = classes.get(field.name, classes.get("*"))
                yield ClassifiedField(model._meta.label, field.name, DataClass(found) if found else None)


def declared(app: AppConfig) -> dict[str, dict[str, str]]:
    """What an app's file says: by model name, a class by field name, "*" for all others."""
    file = Path(app.path) / "classification.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
