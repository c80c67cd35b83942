"""What a sheet is: where its header stands, and what each column means."""
