"""Prowl in HTML: pages rendered by the server, that work without JavaScript.

What to remember: a page is a template for its shell and ``feed`` for its posts (joined from fragments, never a
template loop); every page that changes something has one form with the token and the idempotency key, to which all its
buttons belong; a refusal (``apps.core.errors.Refused``) becomes a page that says what to do and keeps what was typed; a
page for nobody in particular has neither cookie nor token, so that it may lie in a shared cache.
"""
