"""Apache with mod_wsgi, in place of gunicorn: kitten's own site."""

import os
import re
import tempfile
from pathlib import Path

from deploy.bin.tier.part import ROOT, Part
from deploy.bin.tier.site import DEPLOY, Site

from . import web

MODULES = Path("/usr/lib/apache2/modules")


def server(site: Site, *, port: int, daemon: str = "") -> Part:
    """Return an Apache of its own with the site on ``port``; ``daemon`` is added to WSGIDaemonProcess."""
    folder = site.folder / "apache"
    file, own = folder / "apache.conf", folder / "site.conf"
    text = (DEPLOY / "kitten" / "apache.conf").read_text()
    is_root = os.getuid() == 0  # then Apache's own processes must be somebody else
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace("threads=15 ", f"threads=15 {daemon} ")
    text = re.sub(r"/srv/prowl\b", str(ROOT), text)
    loads = "\n".join(
        f"LoadModule {name}_module {MODULES}/mod_{name}.so"
        for name in ("mpm_event", "authz_core", "reqtimeout", "wsgi")
    )
    main = (
        f"{loads}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\nErrorLog {folder}/error.log\n"
    )
    main += "User www-data\nGroup www-data\n" if is_root else ""
    main += f"WSGISocketPrefix {tempfile.gettempdir()}/prowl-wsgi-{port}\nInclude {own}\n"
    files = {file: main, own: text}
    command = [site.program("apache2"), "-DFOREGROUND", "-f", file]
    return site.part("apache", "apache", command, port=port, is_ready=_answers, files=files)


def _answers(part: Part) -> bool:
    return web.status_of(part) > 0
