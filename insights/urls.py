from django.urls import path

from insights import views

app_name = "insights"
urlpatterns = [
    path("goal/", views.goal, name="goal"),
    path("first-steps/", views.first_steps, name="first_steps"),
]
