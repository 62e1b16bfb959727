"""What the screen says of an individual wherever it shows one: sign, facts, columns, the words below, the filter."""
