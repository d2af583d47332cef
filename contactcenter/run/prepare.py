"""Before the product starts: missing migrations, then the demo. One program, since loading Django costs a second."""

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    call_command("migrate_companies", allow_fenced=True)
    call_command("seed_demo")


if __name__ == "__main__":
    main()
