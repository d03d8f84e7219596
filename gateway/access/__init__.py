"""Who may ask: clients, the keys that sign their tokens, and what a token lets its caller see."""
