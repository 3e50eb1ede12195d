"""Points: balances, why they are what they are, holds and payments, rewards, exchange."""
