"""The rhythm of the grassroots: visits to villages and Party cells, and the briefing (giao ban)."""
