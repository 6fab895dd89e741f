from linli.cards.models.cards import Card, CardEvent, CardRule
from linli.cards.models.orders import Inquiry, Order
from linli.cards.models.reminders import Reminder, Wish

__all__ = ["Card", "CardEvent", "CardRule", "Inquiry", "Order", "Reminder", "Wish"]
