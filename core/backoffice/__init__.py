"""What the back office is built of: the site, the scoped admin base, the menu, panels, keysets, the timeline, reveals, uploads."""
