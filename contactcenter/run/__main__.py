"""Entry of every command: python3 -m contactcenter.run COMMAND. This file must be understood by old Pythons too."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the very check
    version = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    sys.exit("This needs Python 3.11 or newer and python3 is %s: try `make PYTHON=python3.11 run`." % version)  # noqa: UP031

from contactcenter.run.commands import main

sys.exit(main(sys.argv[1:]))
