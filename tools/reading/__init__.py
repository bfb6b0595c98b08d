"""What a file is and how it is written: encoding, delimiter, header, decimal mark, dates."""
