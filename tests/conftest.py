"""What every test stands on: real servers, and silence made loud."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()
