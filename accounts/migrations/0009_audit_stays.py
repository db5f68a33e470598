from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "keep_audit_1.sql"
UNDO = "DROP TRIGGER accounts_auditentry_stays ON accounts_auditentry; DROP FUNCTION accounts_keep_audit_entry()"


class Migration(migrations.Migration):
    """Refuse changes of what stands in the audit log; a changed function comes as a new file with its own migration."""

    dependencies = [("accounts", "0008_audit_seals")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
