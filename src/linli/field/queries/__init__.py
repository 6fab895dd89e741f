"""What the phone pages show, each already cut to what the worker may see."""
