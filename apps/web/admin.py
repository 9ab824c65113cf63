"""The admin site's first page also leads to how the site runs."""

from django.contrib import admin

admin.site.index_template = "web/admin_index.html"
