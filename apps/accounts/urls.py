from django.urls import path

from .views import sign_in

urlpatterns = [path("signin/<str:person>/<str:token>/", sign_in, name="signin")]
