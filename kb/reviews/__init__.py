"""Confirming that procedures are still right, and handing them over."""
