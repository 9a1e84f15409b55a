"""Taking a petition that proves to be a denunciation out of the register, into the room apart."""
