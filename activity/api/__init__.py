"""Facts in and out: orders, after-sales, behaviour and balances."""
