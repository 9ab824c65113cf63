"""The pytest plugin, tried by a run of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

TESTS = '''
import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import TestCase
from apps.journal.backends.orm.models import ActivityRow


def at(path, source):
    """Run ``source`` as if it stood in a file of the project."""
    exec(compile(source, f"{ROOT}/{path}", "exec"), globals())

def check_clean():
    assert Group.objects.count() == 0
    assert Permission.objects.count() > 20
    assert ContentType.objects.get(app_label="auth", model="group")
    Group.objects.create(name="left")
    Permission.objects.all().delete()

@pytest.mark.django_db
def test_first(): check_clean()

@pytest.mark.django_db
def test_second(): check_clean()

@pytest.mark.django_db(transaction=True)
def test_third(): check_clean()

class FourthTests(TestCase):
    @classmethod
    def setUpTestData(cls): cls.group = Group.objects.create(name="data")
    def test_fourth(self): assert Group.objects.get() == self.group
    def test_fifth(self): assert Group.objects.get() == self.group

@pytest.mark.django_db
def test_program_scans():
    at("apps/graph/made_up.py", "\\n\\nassert not ActivityRow.objects.filter(verb='y')")

@pytest.mark.django_db
def test_program_updates():
    at("apps/graph/made_up.py", "ActivityRow.objects.filter(verb='y').update(verb='z')")

@pytest.mark.django_db
@pytest.mark.collscan("it is what is tried")
def test_program_may_scan():
    at("apps/graph/made_up.py", "assert not ActivityRow.objects.filter(verb='y')")

@pytest.mark.django_db
def test_own_look():
    at("tests/made_up.py", "assert not ActivityRow.objects.filter(verb='y')")

@pytest.mark.django_db
def test_allowed_table():
    at("apps/graph/made_up.py", "list(ContentType.objects.all())")

@pytest.mark.django_db
def test_join_scans():
    for name in [n for n in connection.database["auth_group_permissions"].index_information() if n != "_id_"]:
        connection.database["auth_group_permissions"].drop_index(name)
    Group.objects.create(name="x").permissions.add(Permission.objects.first())
    at("apps/graph/made_up.py", "assert not Group.objects.filter(name='x', permissions__codename='nothing')")
'''


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder, root = tmp_path_factory.mktemp("plugin"), Path.cwd()
    # As if it were a file of the project's tests: a test's own look into a table is none of the program's.
    mine = f"ROOT = {str(root)!r}\nexec(compile({TESTS!r}, ROOT + '/tests/made_up.py', 'exec'))"
    (folder / "test_it.py").write_text(mine)
    address = connections["default"].settings_dict["HOST"]
    environment = {**os.environ, "PYTHONPATH": str(root), "MONGODB_NAME": "plugin", "MONGODB_URL": address}
    command = [sys.executable, "-m", "pytest", "-p", "project.mongodb.testing", "-p", "no:cacheprovider", "-rA", "-q"]
    run = subprocess.run([*command, folder], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert not run.stderr
    return run.stdout


@pytest.mark.parametrize("name", ["test_first", "test_second", "test_third", "test_fourth", "test_fifth"])
def test_each_test_finds_the_database_as_the_first_did(outcome, name):
    assert re.search(rf"^PASSED .*{name}$", outcome, re.MULTILINE)
    assert not re.search(rf"^ERROR .*{name}", outcome, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("test_program_scans", r"COLLSCAN of journal_activity by apps/graph/made_up.py:3"),
        ("test_program_updates", r"COLLSCAN of journal_activity by apps/graph/made_up.py:1: update"),
        ("test_join_scans", r"COLLSCAN of auth_group_permissions by \$lookup from auth_group"),
    ],
)
def test_a_whole_collection_read_by_the_program_is_an_error_that_names_the_line(outcome, name, reason):
    assert re.search(rf"^ERROR .*{name}", outcome, re.MULTILINE)
    assert re.search(reason, outcome)


@pytest.mark.parametrize("name", ["test_program_may_scan", "test_own_look", "test_allowed_table"])
def test_what_is_marked_or_allowed_or_the_tests_own_is_none(outcome, name):
    assert re.search(rf"^PASSED .*{name}$", outcome, re.MULTILINE)
    assert not re.search(rf"^ERROR .*{name}", outcome, re.MULTILINE)
