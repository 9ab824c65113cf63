from django.urls import path

from .views import SignUp, sign_in

urlpatterns = [
    path("accounts/signup/", SignUp.as_view(), name="account_signup"),
    path("signin/<str:person>/<str:token>/", sign_in, name="signin"),
]
