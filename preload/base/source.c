#include "base/source.h"

#include <string.h>

bool source_same(const struct source *a, const struct source *b)
{
    return a->kind == b->kind && a->bind_address == b->bind_address && a->network.len == b->network.len &&
           IN6_ARE_ADDR_EQUAL(&a->network.address, &b->network.address) && strcmp(a->scope, b->scope) == 0;
}
