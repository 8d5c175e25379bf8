"""A user's running state: photos are added and removed, states of several devices merge.

profile   what users of the package see             photo     one photo's record: what is kept of it
scores    how much a photo counts beside others     sums      integer sums from which any photo can be taken out again
intake    a photo's features and its id
merging   two profiles of one user                  written   the bytes of a profile
"""
