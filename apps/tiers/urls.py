from django.urls import path

from .views import Ready, Serving, live, metrics

urlpatterns = [
    path("healthz/live", live, name="healthz-live"),
    path("healthz/serving", Serving.as_view(), name="healthz-serving"),
    path("healthz/ready", Ready.as_view(), name="healthz-ready"),
    path("metrics", metrics, name="metrics"),
]
