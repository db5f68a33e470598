from django.apps import AppConfig


class LeadcrmConfig(AppConfig):
    name = "leadcrm"
