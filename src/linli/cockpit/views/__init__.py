"""The leader's pages: today's figures, and one case."""
