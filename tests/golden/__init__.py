"""Results that must never change unseen."""
