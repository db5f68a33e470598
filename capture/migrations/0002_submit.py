from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "submit_1.sql"


class Migration(migrations.Migration):
    """Add the function that stores a submission; a changed one comes as a new file with a migration of its own."""

    dependencies = [("capture", "0001_initial"), ("leads", "0002_capture")]
    operations = [
        migrations.RunSQL(SQL.read_text(), "DROP FUNCTION capture_submit(jsonb, jsonb, timestamptz, text)"),
    ]
