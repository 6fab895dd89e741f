"""Answers, their cases, what is saved."""
