#pragma once

#include <stddef.h>
#include <stdint.h>

/* Hashes count words, seeded with start. Pure. */
static inline uint64_t hash_words(uint64_t start, const uint64_t *words, size_t count)
{
    uint64_t value = start;

    for (size_t i = 0; i < count; i++) {
        value = (value ^ words[i]) * 0x9e3779b97f4a7c15u; /* carries bits up; the shift brings them back down */
        value ^= value >> 32;
    }
    return value;
}
