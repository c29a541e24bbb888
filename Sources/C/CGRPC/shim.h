// The gRPC C core as Swift sees it: its headers, and the few things Swift cannot say about them.
#pragma once

// First of all, so that the core's headers do not define _GNU_SOURCE: it changes fd_set, which then differs from the
// one that the Dispatch and Glibc modules were built with.
#include <features.h>

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>

// ---- Macros that Swift does not import
// --------------------------------------------------------------------------------

// GRPC_SLICE_START_PTR. By pointer: a slice of up to 23 bytes holds its bytes itself, so a copy's address is not
// theirs.
static inline uint8_t *vrpc_slice_start(const grpc_slice *slice) {
  return slice->refcount ? slice->data.refcounted.bytes : (uint8_t *)slice->data.inlined.bytes;
}

// GRPC_SLICE_LENGTH.
static inline size_t vrpc_slice_length(const grpc_slice *slice) {
  return slice->refcount ? slice->data.refcounted.length : slice->data.inlined.length;
}

// GRPC_PROPAGATE_DEFAULTS has a cast in it.
static inline uint32_t vrpc_propagate_defaults(void) { return GRPC_PROPAGATE_DEFAULTS; }

// ---- Functions that Swift does not reach
// ------------------------------------------------------------------------------

// prctl is variadic. A name has at most 15 bytes.
static inline void vrpc_name_this_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// mallopt is missing in the Glibc module. Returns 1 when both thresholds were accepted.
static inline int vrpc_keep_freed_memory(int bytes) {
  return mallopt(M_MMAP_THRESHOLD, bytes) && mallopt(M_TRIM_THRESHOLD, bytes);
}

// ---- A batch
// ---------------------------------------------------------------------------------------------------------- The
// operations and everything the core writes while they run, in one block whose address does not move. What the core
// only reads (metadata arrays, messages) is owned by the Swift object that owns the block. Filled in C because grpc_op
// is a union of structs.

typedef struct vrpc_batch {
  grpc_op operations[6];
  size_t count;
  grpc_byte_buffer *received_message;
  grpc_metadata_array received_initial_metadata;
  grpc_metadata_array received_trailing_metadata;
  grpc_status_code received_status;
  grpc_slice received_status_message;
  int received_cancelled;
  grpc_slice sent_status_message;
} vrpc_batch;

static inline vrpc_batch *vrpc_batch_create(void) {
  vrpc_batch *batch = (vrpc_batch *)calloc(1, sizeof(vrpc_batch));
  if (batch == NULL) abort();
  grpc_metadata_array_init(&batch->received_initial_metadata);
  grpc_metadata_array_init(&batch->received_trailing_metadata);
  batch->received_status_message = grpc_empty_slice();
  batch->sent_status_message = grpc_empty_slice();
  return batch;
}

// The arrays only: their elements belong to the call.
static inline void vrpc_batch_destroy(vrpc_batch *batch) {
  if (batch->received_message) grpc_byte_buffer_destroy(batch->received_message);
  grpc_metadata_array_destroy(&batch->received_initial_metadata);
  grpc_metadata_array_destroy(&batch->received_trailing_metadata);
  grpc_slice_unref(batch->received_status_message);
  grpc_slice_unref(batch->sent_status_message);
  free(batch);
}

static inline grpc_op *vrpc_batch_append(vrpc_batch *batch, grpc_op_type type) {
  grpc_op *operation = &batch->operations[batch->count++];
  operation->op = type;
  return operation;
}

static inline void vrpc_batch_send_initial_metadata(vrpc_batch *batch, grpc_metadata *metadata, size_t count,
                                                    uint32_t flags) {
  grpc_op *operation = vrpc_batch_append(batch, GRPC_OP_SEND_INITIAL_METADATA);
  operation->flags = flags;
  operation->data.send_initial_metadata.metadata = metadata;
  operation->data.send_initial_metadata.count = count;
}

static inline void vrpc_batch_send_message(vrpc_batch *batch, grpc_byte_buffer *message) {
  vrpc_batch_append(batch, GRPC_OP_SEND_MESSAGE)->data.send_message.send_message = message;
}

static inline void vrpc_batch_send_close(vrpc_batch *batch) {
  vrpc_batch_append(batch, GRPC_OP_SEND_CLOSE_FROM_CLIENT);
}

// Copies the status message.
static inline void vrpc_batch_send_status(vrpc_batch *batch, int code, const char *message, size_t length,
                                          grpc_metadata *trailers, size_t count) {
  grpc_op *operation = vrpc_batch_append(batch, GRPC_OP_SEND_STATUS_FROM_SERVER);
  batch->sent_status_message = grpc_slice_from_copied_buffer(message, length);
  operation->data.send_status_from_server.trailing_metadata = trailers;
  operation->data.send_status_from_server.trailing_metadata_count = count;
  operation->data.send_status_from_server.status = (grpc_status_code)code;
  operation->data.send_status_from_server.status_details = &batch->sent_status_message;
}

static inline void vrpc_batch_receive_initial_metadata(vrpc_batch *batch) {
  vrpc_batch_append(batch, GRPC_OP_RECV_INITIAL_METADATA)->data.recv_initial_metadata.recv_initial_metadata =
      &batch->received_initial_metadata;
}

static inline void vrpc_batch_receive_message(vrpc_batch *batch) {
  vrpc_batch_append(batch, GRPC_OP_RECV_MESSAGE)->data.recv_message.recv_message = &batch->received_message;
}

static inline void vrpc_batch_receive_status(vrpc_batch *batch) {
  grpc_op *operation = vrpc_batch_append(batch, GRPC_OP_RECV_STATUS_ON_CLIENT);
  operation->data.recv_status_on_client.trailing_metadata = &batch->received_trailing_metadata;
  operation->data.recv_status_on_client.status = &batch->received_status;
  operation->data.recv_status_on_client.status_details = &batch->received_status_message;
}

static inline void vrpc_batch_receive_close(vrpc_batch *batch) {
  vrpc_batch_append(batch, GRPC_OP_RECV_CLOSE_ON_SERVER)->data.recv_close_on_server.cancelled =
      &batch->received_cancelled;
}

// ---- Channel arguments: a union again
// ---------------------------------------------------------------------------------

static inline grpc_arg vrpc_argument_integer(char *key, int value) {
  grpc_arg argument = {.type = GRPC_ARG_INTEGER, .key = key, .value = {.integer = value}};
  return argument;
}

static inline grpc_arg vrpc_argument_string(char *key, char *value) {
  grpc_arg argument = {.type = GRPC_ARG_STRING, .key = key, .value = {.string = value}};
  return argument;
}
