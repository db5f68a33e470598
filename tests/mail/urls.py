"""The product's routes and mail's, for when the product's do not hold mail's yet."""

from django.urls import include, path

urlpatterns = [path("", include("mail.urls")), path("", include("leadcrm.urls"))]
