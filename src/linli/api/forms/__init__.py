"""What may be sent and what is answered, as types: OpenAPI is drawn from them."""
