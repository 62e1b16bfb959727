"""A long, rough trial of the engine: everything around it goes wrong at random, and nothing may be lost."""
