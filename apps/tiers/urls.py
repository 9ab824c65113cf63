from django.urls import path

from .views import Ready, live

urlpatterns = [
    path("healthz/live", live, name="healthz-live"),
    path("healthz/ready", Ready.as_view(), name="healthz-ready"),
]
