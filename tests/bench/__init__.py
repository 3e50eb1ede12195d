"""How fast the house is, beside what the same machine could do at best: `python -m tests.bench` (docs/performance.md)."""
