from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "moments_1.sql"
ARGUMENTS = (
    "uuid[], uuid[], uuid[], text[], text[], float8, uuid[], uuid[], timestamptz[], smallint[], text[], boolean"
)


class Migration(migrations.Migration):
    """Add the function that commits the moments of a send; a changed one comes as a new file with a migration."""

    dependencies = [("mail", "0002_storage")]
    operations = [migrations.RunSQL(SQL.read_text(), f"DROP FUNCTION mail_commit_moments({ARGUMENTS})")]
