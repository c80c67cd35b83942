"""Written text: spaces, values and YAML as people write them."""
