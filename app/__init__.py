"""The doors: command line and notebook."""
