/* mention.h: ids in the records of a block that may be those of base records. */
#ifndef WAYMARK_PACK_MENTION_H
#define WAYMARK_PACK_MENTION_H

#include "encode.h"

typedef struct pack_mentions {
    pack_table table; /* hash of an id -> place in ids */
    pack_list ids;    /* wm_str, borrowed from the encoder's columns */
} pack_mentions;

/* All strings of the block that is being filled, of columns that have nothing but UUIDs: shorter
 * ids cost less than a mention. */
WM_MUST_USE wm_status pack_mentions_collect(pack_mentions *mentions, const pack_encoder *encoder,
                                            wm_arena *arena, wm_error *err);
bool pack_mentions_have(const pack_mentions *mentions, wm_str id);

#endif
