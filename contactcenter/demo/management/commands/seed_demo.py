from typing import Any

from django.core.management.base import BaseCommand

from contactcenter.demo.seed import seed


class Command(BaseCommand):
    help = "Make the demo's companies and people, once, and write DATA_DIR/demo.json."

    def handle(self, *args: Any, **options: Any) -> None:
        seed(say=self.stdout.write)
