#pragma once
#include <mpi.h>

// Open MPI's handles are casts of pointers in macros, which Swift does not import. All functions give MPI's error code,
// and work on MPI_COMM_WORLD.

// Begins; the calling thread makes all calls from here on. Errors are returned, not fatal.
static inline int voice_mpi_begin(int *rank, int *ranks) {
  int provided;
  int status = MPI_Init_thread(0, 0, MPI_THREAD_FUNNELED, &provided);
  if (status == MPI_SUCCESS) status = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (status == MPI_SUCCESS) status = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  if (status == MPI_SUCCESS) status = MPI_Comm_size(MPI_COMM_WORLD, ranks);
  return status;
}

static inline int voice_mpi_sum_floats(const void *from, void *to, int count, MPI_Request *request) {
  return MPI_Iallreduce(from, to, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD, request);
}

static inline int voice_mpi_sum_doubles(const void *from, void *to, int count, MPI_Request *request) {
  return MPI_Iallreduce(from, to, count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD, request);
}

// Sends `count` bytes of rank 0 to all.
static inline int voice_mpi_broadcast(void *bytes, int count, MPI_Request *request) {
  return MPI_Ibcast(bytes, count, MPI_BYTE, 0, MPI_COMM_WORLD, request);
}

// Goes on with what was begun, and says whether it is done.
static inline int voice_mpi_test(MPI_Request *request, int *done) {
  return MPI_Test(request, done, MPI_STATUS_IGNORE);
}

// What an error code means; `text` has room for MPI_MAX_ERROR_STRING bytes.
static inline void voice_mpi_explain(int status, char *text) {
  int length;
  if (MPI_Error_string(status, text, &length) != MPI_SUCCESS) text[0] = 0;
}

static inline int voice_mpi_end(void) { return MPI_Finalize(); }
