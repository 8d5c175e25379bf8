"""A user's running state: photos are added and removed, states of several devices merge.

profile   what users of the package see             intake    a photo's features, and its id
photo     what is kept of one photo                 scores    how much a photo counts beside others
sums      integer sums from which any photo can be taken out again
merging   two profiles of one user                  written   the bytes of a profile
"""
