"""Member numbers come from one sequence: unique over all programmes, made without a lock."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("stores", "0001_initial")]

    operations = [migrations.RunSQL("CREATE SEQUENCE stores_member_no START 10000001;", "DROP SEQUENCE stores_member_no;")]
