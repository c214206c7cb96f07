"""The pages of the app: they draw, and delegate everything else."""
