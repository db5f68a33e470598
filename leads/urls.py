from django.urls import path

from leads.views import lists

app_name = "leads"
urlpatterns = [path("leads/", lists.lead_list, name="list")]
