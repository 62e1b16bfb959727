"""What is said to the model: personas, categories and templates, and how a prompt is put together."""
