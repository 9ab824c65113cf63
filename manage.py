#!/usr/bin/env python
"""Django's command line, on kitten unless DJANGO_SETTINGS_MODULE names another tier."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.kitten")
    execute_from_command_line(sys.argv)
