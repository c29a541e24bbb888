// Denormal numbers cost some processors a hundred cycles an operation, and silence makes many of them.
#pragma once

#include <stdint.h>

// Makes the calling thread treat denormal inputs and results as zero; returns the state to restore.
uint64_t vk_flush_denormals(void);

// Restores what `vk_flush_denormals` returned, on the same thread.
void vk_restore_denormals(uint64_t state);
