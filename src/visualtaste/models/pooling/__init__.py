"""From a user's photos to one vector; one file for each way.

base         what all of them promise, and what several share          make   settings -> pooling
attention    average, one and two attention blocks                     maximum, deep_sets
multihead    attention with several heads (Set Transformer)            categories   one query a category
clusters     soft assignment to learned clusters -> bag_of_words, netvlad, netfv
"""
