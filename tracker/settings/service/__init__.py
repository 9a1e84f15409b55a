"""What administrators change: people, lists, places; every act is one transaction, journaled."""
