"""How long personal data stays, how it is taken out, and what citizens ask about their own."""
