"""The site's own pages, and two that do nothing under the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from project.urls import urlpatterns as site

PAYLOAD = {"bytes": b""}


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAYLOAD["bytes"])


def stock(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAYLOAD["bytes"] if request.user.is_authenticated else b"")


urlpatterns = [path("bare/", bare), path("stock/", stock), *site]
