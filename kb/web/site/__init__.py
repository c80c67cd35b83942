"""What every page stands on: who asks, frame, forms, words, errors."""
