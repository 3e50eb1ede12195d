"""Many tables made in one operation of a migration."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter

from core.at_once import AtOnce

CHILD_FIRST = AtOnce(
    [
        migrations.CreateModel(
            "Leaf",
            [("id", models.BigAutoField(primary_key=True)), ("tree", models.ForeignKey("core.Tree", models.PROTECT))],
        ),
        migrations.CreateModel(
            "Tree",
            [("id", models.BigAutoField(primary_key=True)), ("height", models.IntegerField())],
            {"constraints": [models.CheckConstraint(condition=models.Q(height__gt=0), name="core_tree_has_a_height")]},
        ),
    ]
)


@pytest.mark.django_db(transaction=True)
def test_tables_that_name_each_other_are_made_in_any_order_and_taken_back():
    before = ProjectState()
    before.apps  # noqa: B018  (as a migration has it: built already)
    after = before.clone()
    CHILD_FIRST.state_forwards("core", after)
    assert set(after.models) == {("core", "leaf"), ("core", "tree")}
    with connection.schema_editor() as editor:
        CHILD_FIRST.database_forwards("core", editor, before, after)
    tree = after.apps.get_model("core", "Tree").objects.create(height=3)
    leaf = after.apps.get_model("core", "Leaf").objects.create(tree=tree)
    assert leaf.tree_id == tree.pk
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid IN ('core_leaf'::regclass, 'core_tree'::regclass) AND contype IN ('f', 'c')"
        )
        assert {name.split("_tree_id")[0] for (name,) in cursor.fetchall()} == {"core_leaf", "core_tree_has_a_height"}
    with connection.schema_editor() as editor:
        CHILD_FIRST.database_backwards("core", editor, after, before)
    assert {"core_leaf", "core_tree"} & set(connection.introspection.table_names()) == set()


def test_it_is_written_down_like_any_operation():
    text, imports = OperationWriter(CHILD_FIRST).serialize()
    assert text.strip().startswith("core.at_once.AtOnce(")
    assert "import core.at_once" in imports
    assert CHILD_FIRST.reversible
    assert not AtOnce([migrations.RunSQL("SELECT 1")]).reversible
