"""System checks."""

from django.contrib.contenttypes.models import ContentType

from .traps import trap


@trap("mongodb.E001: AutoField is prohibited, so no contrib app passes its checks")
def test_stock_contrib_models_pass_the_checks(engine):
    key = ContentType._meta.pk
    assert engine.validation.check_field(key) == []
    assert key.db_type(engine)
