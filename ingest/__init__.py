"""Articles in: loaders, chunking, the ingest run."""
