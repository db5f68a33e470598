from django.db import migrations

from leads.matching import email_key


def renew_keys(apps, schema_editor):
    """Bring the keys of addresses in other alphabets to the form of today; where two leads would meet, both stay."""
    leads = apps.get_model("leads", "Lead").objects
    for lead in leads.filter(email__regex=r"[^\x01-\x7f]").only("email", "email_key").iterator():
        key = email_key(lead.email)
        if key != lead.email_key and not leads.filter(email_key=key).exists():
            leads.filter(pk=lead.pk).update(email_key=key)


class Migration(migrations.Migration):
    dependencies = [("leads", "0010_index_warm_in_play")]

    operations = [migrations.RunPython(renew_keys, migrations.RunPython.noop, elidable=True)]
