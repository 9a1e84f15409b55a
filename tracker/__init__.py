"""The citizen-dialogue tracker: a register of dialogues, petitions and what came of them."""
