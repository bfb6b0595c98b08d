"""The vocabulary, and the data the program works with."""
