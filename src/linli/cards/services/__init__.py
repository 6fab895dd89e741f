"""Every write of cards, orders, inquiries, rules and reminders: one public verb each."""
