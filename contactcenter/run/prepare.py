"""Before the product starts: missing migrations, then the demo. One program, since loading Django costs a second."""

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    from contactcenter.health import migrations_are_current

    if not migrations_are_current():
        call_command("migrate_schemas", interactive=False)
    call_command("seed_demo")


if __name__ == "__main__":
    main()
