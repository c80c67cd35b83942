"""Choices and deliveries in the database."""
