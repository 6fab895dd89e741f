"""Every read of cards and orders, cut to what the person may see."""
