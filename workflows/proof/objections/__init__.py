"""What no fix of a product does: each with the reason, and with where it is nothing unusual after all."""
