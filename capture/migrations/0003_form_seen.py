from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("capture", "0002_submit"),
    ]

    operations = [
        migrations.AddField(
            model_name="form",
            name="seen_url",
            field=models.CharField(blank=True, default="", max_length=1000),
        ),
        migrations.AddField(
            model_name="form",
            name="seen_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
