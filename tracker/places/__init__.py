"""Administrative places, their validity and successors."""
