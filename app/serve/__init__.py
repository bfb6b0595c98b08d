"""`cartjury serve`: threads over HTTP, for programs and pages of this machine."""
