from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "claim_1.sql"


class Migration(migrations.Migration):
    """Add the function that claims due messages; a changed one comes as a new file with a migration."""

    dependencies = [("mail", "0004_restore")]
    operations = [migrations.RunSQL(SQL.read_text(), "DROP FUNCTION mail_claim(uuid[], uuid, float8)")]
