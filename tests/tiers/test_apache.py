"""Apache with mod_wsgi: one process serves; several are refused by an explanation, as under gunicorn."""

import os
import sys
import urllib.error
import urllib.request

import pytest
from django.conf import settings

from deploy.bin.tier.part import ROOT
from deploy.bin.tier.parts import apache
from deploy.bin.tier.site import Site, located

pytestmark = pytest.mark.skipif(not settings.SWEEPER_THREAD, reason="this tier runs in any number of processes")
MOD_WSGI = apache.MODULES / "mod_wsgi.so-{}.{}".format(*sys.version_info)
"""Debian's speaks to its own version of Python only."""


@pytest.fixture
def site(tmp_path) -> Site:
    if not (located("apache2") and MOD_WSGI.exists()):
        if os.environ.get("CI") == "true":
            pytest.fail("Apache with mod_wsgi is missing: `make servers` gets it")
        pytest.skip("NOT RUN: no Apache with mod_wsgi. `make servers` gets it.")
    if os.getuid() == 0 and not all(folder.stat().st_mode & 0o1 for folder in (ROOT, *ROOT.parents)):
        pytest.skip(f"NOT RUN: started by root, Apache serves as www-data, who may not enter {ROOT}.")
    module = os.environ["DJANGO_SETTINGS_MODULE"]
    return Site("any", tmp_path, {"DJANGO_SETTINGS_MODULE": module, "DATABASE_URL": f"sqlite:///{tmp_path / 'none'}"})


def ask(part) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{part.port}/healthz/live", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("daemon", "status", "said"), [("", 200, "alive"), ("processes=2", 503, "threads=15")], ids=["one", "two"]
)
def test_one_process_serves_and_two_say_why_they_do_not(site, daemon, status, said):
    part = apache.server(site, port=site.port("apache"), daemon=daemon)
    part.start()
    try:
        answer = ask(part)
    finally:
        part.stop()
    assert answer[0] == status, answer
    assert said in answer[1]
