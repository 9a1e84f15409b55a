"""Reminders of what is due soon and late: one digest a day for each person."""
