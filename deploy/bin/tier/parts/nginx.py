"""Nginx: where people come in, and, behind Varnish, a second listener that spreads requests over the servers."""

from collections.abc import Sequence
from pathlib import Path

from deploy.bin.tier.part import Part
from deploy.bin.tier.site import DEPLOY, Site
from deploy.bin.tier.waiting import patient

from . import web

_RULES = DEPLOY / "cheetah" / "nginx"
_SERVER = "server 127.0.0.1:{} max_fails=1 fail_timeout=2s;"


def in_front(site: Site) -> list[Part]:
    servers = [site.port(f"web-{number}") for number in range(1, site.servers + 1)]
    return [proxy(site, port=site.port("front"), inner=site.port("inner"), edge=site.port("varnish"), servers=servers)]


def proxy(site: Site, *, port: int, inner: int, edge: int, servers: Sequence[int]) -> Part:
    """Return an Nginx with the rules of deploy/cheetah on these ports; ``edge`` is Varnish's."""
    folder = site.folder / "nginx"
    file = folder / "nginx.conf"
    files = {file: _config(folder, port=port, inner=inner, edge=edge, servers=servers)}
    files |= {folder / name: patient((_RULES / name).read_text()) for name in ("front.conf", "inner.conf")}
    command = [site.program("nginx"), "-e", folder / "error.log", "-c", file, "-p", folder]
    return site.part(
        "nginx", "nginx", command, port=port, is_ready=web.is_live, files=files, provides={"BEHIND_PROXY": "1"}
    )


def _config(folder: Path, *, port: int, inner: int, edge: int, servers: Sequence[int]) -> str:
    paths = "".join(
        f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""daemon off; pid {folder}/pid; worker_processes 2; events {{ worker_connections 1024; }}
http {{
    access_log off; {paths}
    upstream edge {{
        {_SERVER.format(edge)}
        server 127.0.0.1:{inner} backup;
        keepalive 32; keepalive_timeout 3s;
    }}
    upstream servers {{
        least_conn; zone servers 64k;
        {" ".join(_SERVER.format(server) for server in servers)}
    }}
    server {{ listen 127.0.0.1:{port}; include {folder}/front.conf; }}
    server {{ listen 127.0.0.1:{inner}; include {folder}/inner.conf; }}
}}
"""
