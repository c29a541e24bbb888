// The serialized FileDescriptorProtos of Protos/, for server reflection. Their bytes are generated (descriptors.c).
#pragma once

struct voice_file_descriptor {
  const char *name;
  const unsigned char *bytes;
  unsigned long size;
};

extern const struct voice_file_descriptor voice_file_descriptors[];
extern const unsigned long voice_file_descriptor_count;

// Swift does not import an array of unknown length: this is its first element.
static inline const struct voice_file_descriptor *voice_file_descriptor_table(void) { return voice_file_descriptors; }
