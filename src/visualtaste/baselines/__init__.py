"""Methods that predict a user's interests, under one contract: fit on training users, score shown sets."""
