"""How the admin looks: names, menu, search."""
