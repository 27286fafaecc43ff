"""Training that is shared out among processes, on one machine or on many, by MPI.

``mpiexec -n 4 python -m mpi4py train.py`` starts the same script four times, and one line in it
says that the four learn together::

    model.train(epochs=10, parallel=True)

They are the ranks of a communicator of mpi4py, by default all: ``parallel=MPI.COMM_WORLD``. Each
takes its part of every batch. What they compute is added up, so that all end with the parameters
that one process would have, to rounding.
"""

from epynn.parallel.communicator import MPIRanks as MPIRanks
from epynn.parallel.communicator import as_ranks as as_ranks
