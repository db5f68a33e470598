"""Note on the installation that sample data is there, where it was loaded before there was a place for that."""

from django.db import migrations

NOTE = """
INSERT INTO common_installation (
    id, name, website, time_zone, currency, work_days, work_start, work_end, holidays, sending_paused, has_sample_data)
SELECT 1, '', '', 'UTC', 'EUR', '[0, 1, 2, 3, 4]', '09:00', '18:00', '{}', FALSE, TRUE
WHERE EXISTS (SELECT 1 FROM leads_lead WHERE is_sample)
ON CONFLICT (id) DO UPDATE SET has_sample_data = TRUE
"""


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0005_temperature_with_stage"),
        ("common", "0004_sample_data_present"),
    ]

    operations = [migrations.RunSQL(NOTE, migrations.RunSQL.noop)]
