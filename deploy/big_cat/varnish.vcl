vcl 4.1;

# Varnish 7 with varnish-modules (xkey), behind whatever ends TLS, which overwrites X-Real-IP and X-Forwarded-Proto:
#
#   varnishd -a http=127.0.0.1:6081 -a purge=127.0.0.1:6082 -f /srv/prowl/deploy/big_cat/varnish.vcl -s malloc,256m
#
# Purges are taken on the listener "purge" only: behind a proxy everybody comes from loopback, so no ACL could tell.

import std;
import str;
import xkey;

# The one thing that differs from place to place: where the application is.
include "./backend.vcl";

sub vcl_recv {
    if (req.method == "PURGE") {
        if (local.socket != "purge") {
            return (synth(405, "Purges are not taken here"));
        }
        if (!req.http.xkey-purge) {
            return (synth(400, "A purge names its tags in xkey-purge"));
        }
        return (synth(200, "Purged " + xkey.purge(req.http.xkey-purge)));
    }
    if (local.socket == "purge") {
        return (synth(405, "Only purges are taken here"));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Whoever has a session, a token or a message waiting gets a page of their own.
    if (req.http.Authorization || (req.http.Cookie && req.http.Cookie ~ "(^|;\s*)(sessionid|messages)=")) {
        return (pass);
    }
    # Forms for strangers (log in, sign up) carry a token that belongs to a cookie.
    # By their beginnings, not by an expression: every hit pays for it.
    if (str.startswith(req.url, "/accounts") || str.startswith(req.url, "/signin")
        || str.startswith(req.url, "/admin") || str.startswith(req.url, "/healthz")) {
        return (pass);
    }
    unset req.http.Cookie;
    if (std.strstr(req.url, "?")) {
        set req.url = std.querysort(req.url);
    }
    return (hash);
}

sub vcl_hash {
    # The scheme decides about redirects, so an answer to http is none to https.
    hash_data(req.http.X-Forwarded-Proto);
}

sub vcl_backend_fetch {
    # Here, not in vcl_recv: a hit need not pay for what only the application must not be told.
    unset bereq.http.Surrogate-Capability;
    unset bereq.http.Proxy;
}

sub vcl_backend_response {
    # First of all: an error must neither replace a page that is still good nor be kept in its place.
    if (beresp.status >= 500) {
        if (bereq.is_bgfetch) {
            return (abandon);
        }
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        return (deliver);
    }
    # Only what the application says may be shared is ever kept, and nothing that is somebody's.
    if (beresp.http.Set-Cookie || beresp.http.Vary ~ "\*" || beresp.http.Cache-Control ~ "(?i)private|no-store") {
        set beresp.uncacheable = true;
        set beresp.ttl = 60s;
        return (deliver);
    }
    if (beresp.http.Surrogate-Control ~ "max-age=[0-9]+") {
        set beresp.ttl = std.duration(regsub(beresp.http.Surrogate-Control, "^.*max-age=([0-9]+).*$", "\1s"), 10s);
        set beresp.grace = 60s;
        unset beresp.http.Surrogate-Control;
        return (deliver);
    }
    if (bereq.url ~ "^/static/" && beresp.status == 200) {
        set beresp.ttl = 1h;
        return (deliver);
    }
    set beresp.uncacheable = true;
    set beresp.ttl = 60s;
    return (deliver);
}

sub vcl_deliver {
    unset resp.http.xkey;
    unset resp.http.Surrogate-Control;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
    if (obj.hits > 0) {
        set resp.http.X-Cache = "hit";
    } else {
        set resp.http.X-Cache = "miss";
    }
}
