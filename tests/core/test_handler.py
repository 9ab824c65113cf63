"""Stores are chosen by a setting; what is wrong with it is said in words, with the remedy."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from apps.core.handler import BackendHandler

pytestmark = pytest.mark.once


class Store:
    def __init__(self, SIZE: int = 1) -> None:  # noqa: N803 - an option of settings
        self.size = SIZE


HERE = f"{__name__}.Store"
stores: BackendHandler[Store] = BackendHandler("STORES")


def test_it_is_made_on_first_use_and_anew_when_the_setting_changes():
    with override_settings(STORES={"BACKEND": HERE}):
        assert stores() is stores()
        assert stores().size == 1
    with override_settings(STORES={"BACKEND": HERE, "OPTIONS": {"SIZE": 7}}):
        assert stores().size == 7
        assert stores.check() == []


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (None, "must be a dict with a BACKEND"),
        ("redis", "must be a dict with a BACKEND, not 'redis'"),
        ({"BACKEND": "no.such.Store"}, "has no BACKEND 'no.such.Store'"),
        ({"BACKEND": HERE, "OPTIONS": {"SZIE": 7}}, "wrong OPTIONS"),
    ],
)
def test_what_is_wrong_is_named(chosen, said):
    with override_settings(STORES=chosen):
        with pytest.raises(ImproperlyConfigured, match=said):
            stores()
        (error,) = stores.check()
        assert error.id == "prowl.STORES"
        assert "settings/base.py" in error.hint
