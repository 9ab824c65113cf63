"""What a database must be like: the check that runs before tables are made."""

import pytest
from django.core.checks import Tags, run_checks

from apps.tiers.databases import wrong_collation

pytestmark = pytest.mark.database


@pytest.mark.django_db
def test_the_database_of_these_tests_passes():
    assert run_checks(tags=[Tags.database], databases=["default"]) == []


def test_a_collation_that_takes_words_for_each_other_is_named_with_the_remedy():
    assert wrong_collation("prowl", "utf8mb4_bin") == []
    (error,) = wrong_collation("prowl", "utf8mb4_general_ci")
    assert "utf8mb4_general_ci" in error.msg
    assert "ALTER DATABASE prowl" in error.hint
