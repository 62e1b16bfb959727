"""What makes children: the language model's side of it, and the operators that need no language model."""
