"""Tasks, data, and the training of genomes in processes of their own."""
