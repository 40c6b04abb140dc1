"""The systems under test, a file each; registry.py lists them."""
