"""Asking for long work, doing it, and clearing up after it."""

from linli.errands.services.asking import cancel_errand, fetched, retry_errand, start_errand
from linli.errands.services.running import run_errand
from linli.errands.services.upkeep import tidy

__all__ = ["cancel_errand", "fetched", "retry_errand", "run_errand", "start_errand", "tidy"]
