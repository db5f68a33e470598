from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "search_1.sql"


class Migration(migrations.Migration):
    """Add the index that search uses, where PostgreSQL has trigrams."""

    dependencies = [("leads", "0002_capture")]
    operations = [migrations.RunSQL(SQL.read_text(), "DROP INDEX IF EXISTS lead_search")]
