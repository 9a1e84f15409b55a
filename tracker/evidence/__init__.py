"""What each record looked like when the program last wrote it, so that bending it is found."""
