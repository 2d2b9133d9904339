#!/usr/bin/env python3
"""Django's own command line; DJANGO_SETTINGS_MODULE is sites.shop (default) or sites.blog."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sites.shop")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
