"""Varnish: what many read. It has a listener for pages and one for purges only."""

import http.client

from deploy.bin.tier.part import Part
from deploy.bin.tier.site import DEPLOY, Site
from deploy.bin.tier.waiting import patient

_RULES = DEPLOY / "big_cat"


def in_front(site: Site) -> list[Part]:
    """Return it where people come in, before the one process."""
    return [cache(site, port=site.port("front"), backend=site.port("web-1"))]


def before_inner_nginx(site: Site) -> list[Part]:
    """Return it between Nginx and the listener of Nginx that knows the servers."""
    return [cache(site, port=site.port("varnish"), backend=site.port("inner"))]


def cache(site: Site, *, port: int, backend: int) -> Part:
    purges, folder = site.port("purges"), site.folder / "varnish"
    vcl = folder / "site.vcl"
    command = [site.program("varnishd"), "-F", "-j", "none", "-n", folder / "work", "-f", vcl, "-s", "malloc,64m"]
    command += ["-a", f"http=127.0.0.1:{port}", "-a", f"purge=127.0.0.1:{purges}"]
    provides = {"PURGE_URLS": f"http://127.0.0.1:{purges}"}
    where = (_RULES / "backend.vcl").read_text().replace('.port = "8000"', f'.port = "{backend}"')
    files = {vcl: (_RULES / "varnish.vcl").read_text(), folder / "backend.vcl": patient(where)}

    def takes_purges(part: Part) -> bool:
        client = http.client.HTTPConnection("127.0.0.1", purges, timeout=5)
        try:
            client.request("PURGE", "/")
            return client.getresponse().status == http.HTTPStatus.BAD_REQUEST
        except (OSError, http.client.HTTPException):
            return False
        finally:
            client.close()

    return site.part("varnish", "varnish", command, port=port, is_ready=takes_purges, files=files, provides=provides)
