"""What A says of B beside what B says of A: pairing, common breakdowns, measures."""
