// The descriptors that the generator reads and writes: protobuf-c's code for google/protobuf/{descriptor,compiler/plugin}.proto.
#pragma once
#include "google/protobuf/descriptor.pb-c.h"
#include "google/protobuf/compiler/plugin.pb-c.h"
