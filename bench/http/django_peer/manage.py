#!/usr/bin/python3
"""The comparison: the same inventory as a small Django REST Framework application, as one would write it in an hour."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
