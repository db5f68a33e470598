from django.db import migrations


class Migration(migrations.Migration):
    """A message's row moves four times while it is sent: keep bodies out of it, and room for the next version."""

    dependencies = [("mail", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE mail_message SET (toast_tuple_target = 256, fillfactor = 70)",
            "ALTER TABLE mail_message RESET (toast_tuple_target, fillfactor)",
        )
    ]
