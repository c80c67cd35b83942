"""departments.yml and synonyms.yml, read and edited."""
