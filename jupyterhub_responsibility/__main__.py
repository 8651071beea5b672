"""`python -m jupyterhub_responsibility` is `jupyterhub-responsibility`."""

import sys

from .cli import main

sys.exit(main())
