from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0003_retention_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="installation",
            name="has_sample_data",
            field=models.BooleanField(default=False),
        ),
    ]
