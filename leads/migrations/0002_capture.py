from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "capture_1.sql"


class Migration(migrations.Migration):
    """Add the function that captures; a changed one comes as a new file with a migration of its own."""

    dependencies = [("leads", "0001_initial")]
    operations = [
        migrations.RunSQL(SQL.read_text(), "DROP FUNCTION leads_capture(jsonb, timestamptz)"),
    ]
