#pragma once
#include <features.h>
#include <grpc/grpc.h>
