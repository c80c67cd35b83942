"""A sentence encoder, where one is installed: what passages mean as whole sentences (an extra)."""
