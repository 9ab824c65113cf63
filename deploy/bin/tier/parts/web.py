"""Servers of Prowl itself: gunicorn with the tier's own configuration."""

import http.client

from deploy.bin.tier.part import Part
from deploy.bin.tier.site import DEPLOY, PYTHON, Site


def alone(site: Site) -> list[Part]:
    """Return the one process of the tiers that keep sessions in memory, where people come in."""
    return [server(site, "web-1", port=site.port("front"), config="kitten")]


def alone_behind(site: Site) -> list[Part]:
    """Return the one process, behind a cache."""
    return [server(site, "web-1", port=site.port("web-1"), config="kitten")]


def several(site: Site) -> list[Part]:
    names = [f"web-{number}" for number in range(1, site.servers + 1)]
    return [server(site, name, port=site.port(name), config="cheetah") for name in names]


def server(site: Site, name: str, *, port: int, config: str) -> Part:
    file = DEPLOY / config / "gunicorn.conf.py"
    command = [PYTHON, "-m", "gunicorn", "--config", file, "--bind", f"127.0.0.1:{port}"]
    return site.part(name, "web", command, port=port, is_ready=is_live)


def is_live(part: Part) -> bool:
    return status_of(part) == http.HTTPStatus.OK


def status_of(part: Part) -> int:
    """Return the status of an answer to "are you alive?"; 0 for none."""
    client = http.client.HTTPConnection("127.0.0.1", part.port, timeout=5)
    try:
        client.request("GET", "/healthz/live")
        return client.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        client.close()
