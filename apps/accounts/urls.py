from allauth.account.views import LoginView
from django.urls import path

from .limits import by_address
from .views import SignUp, sign_in

urlpatterns = [
    path("accounts/signup/", by_address("sign-up")(SignUp.as_view()), name="account_signup"),
    path("accounts/login/", by_address("log-in")(LoginView.as_view()), name="account_login"),
    path("signin/<str:person>/<str:token>/", sign_in, name="signin"),
]
