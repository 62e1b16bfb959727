"""Several runs beside each other: how far they came for what they cost, and whether the difference may be luck."""
