from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """The function that commits the moments of a send finds its rows by their ids alone."""

    dependencies = [("mail", "0005_claim")]
    operations = [
        migrations.RunSQL((SQL / "moments_2.sql").read_text(), (SQL / "moments_1.sql").read_text()),
    ]
