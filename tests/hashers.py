"""Passwords that cost a test nothing. Servers outside of the test take them as well."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class Quick(PBKDF2PasswordHasher):
    iterations = 1
