"""Photos by their addresses: fetched once, checked, kept; every failure is named, every kill survived.

settings.py      what may be asked, how often, how long, how much
statuses.py      the words for what became of an item's photo
outcome.py       what became of one address, and the table of all of them
public.py        which network addresses lead out into the world
network.py       connections to such addresses only
stream.py        one such connection
transport.py     httpx over these connections
answers.py       what may come of one request
fetch.py         one request, and which of these it comes to
retries.py       how long to wait before the next try
hosts.py         one host: what waits for it, how many requests it takes, when it is left alone
schedule.py      which address is asked for next
photo_folder.py  bytes become a checked file
journal.py       every outcome at once on disk
rates.py         progress in words
crew.py          all of them at once
plan.py          what is known, what is there already, what is to do
placeholders.py  the picture that a shop serves for dead links
set_aside.py     where such pictures go
images_table.py  images.parquet, and items.parquet's image column
summary.py       counts for people
download.py      the whole way
"""
