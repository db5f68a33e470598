from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_sessions"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="hidden_cards",
            field=ArrayField(models.CharField(max_length=20), blank=True, default=list, size=None),
        ),
    ]
