"""Every stored field has a class, every table a group (SEC-12, ARC-04)."""

import re
from io import StringIO
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from core import classification


def test_every_stored_field_has_a_class():
    unclassified = [f"{found.model}.{found.field}" for found in classification.fields() if found.data_class is None]
    assert unclassified == []


def test_every_name_in_a_file_is_a_field_there_is():
    unknown = []
    for app in classification.own_apps():
        for model_name, classes in classification.declared(app).items():
            names = {field.name for field in app.get_model(model_name)._meta.local_concrete_fields}
            unknown += [f"{model_name}.{name}" for name in classes if name != "*" and name not in names]
    assert unknown == []


def test_how_to_reach_a_person_is_of_the_highest_class():
    highest = {f"{found.model}.{found.field}" for found in classification.fields() if found.data_class is classification.DataClass.L4}
    assert {
        "members.Member.phone",
        "members.Member.email",
        "members.Identity.external_id",
        "members.Address.street",
        "members.Child.birth_month",
        "activity.Order.receiver_phone",
        "stores.ApiClient.client_secret",
    } <= highest


def test_the_command_lists_one_class():
    out = StringIO()
    call_command("data_classes", only="L4", stdout=out)
    lines = out.getvalue().splitlines()
    assert any(line.startswith("L4  members.Member.phone ") for line in lines)
    assert all(line.startswith("L4") for line in lines)


def test_every_table_belongs_to_one_group_of_the_architecture():
    text = Path(settings.BASE_DIR, "docs/architecture.md").read_text(encoding="utf-8")
    section = text.split("### Four kinds of tables")[1].split("\n## ")[0]
    patterns = [re.findall(r"`([a-z_*]+)`", line) for line in section.splitlines() if line.startswith(("|", "The kernel"))]
    groups = [[re.compile(name.replace("*", ".*")) for name in names] for names in patterns if names]
    for app in classification.own_apps():
        for model in apps.get_app_config(app.label).get_models():
            if hasattr(model, "pgh_tracked_model"):
                continue  # history stands beside what it is the history of
            table = model._meta.db_table
            homes = [place for place, group in enumerate(groups) if any(pattern.fullmatch(table) for pattern in group)]
            assert len(homes) == 1, f"{table} is in {len(homes)} groups of docs/architecture.md"
