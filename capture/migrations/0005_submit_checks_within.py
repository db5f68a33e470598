from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """Check within the function what refers to the lead, where the plans of the checks use the indexes."""

    dependencies = [("capture", "0004_status_as_one_constant")]
    operations = [
        migrations.RunSQL((SQL / "submit_2.sql").read_text(), (SQL / "submit_1.sql").read_text()),
    ]
