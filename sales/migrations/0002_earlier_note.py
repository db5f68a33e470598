from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="handover",
            name="earlier_note",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
