"""What every endpoint of the API shares; each app's ``api.py`` builds on ``viewsets.ApiViewSet``.

The settings (``REST_FRAMEWORK``) make authentication, permission, throttling, parsing, filtering and paging
the default of all views, so an endpoint only names its queryset, serializer, filters and sorts. Nothing is
imported here: the framework loads the parts one by one while it starts.
"""
