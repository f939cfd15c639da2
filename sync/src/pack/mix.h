/* mix.h: numbers and texts in as few bytes as can be: an arithmetic coder whose probabilities are
 * mixed from what several contexts have seen (FORMAT.md section 7).
 *
 * One coder writes, reads, or only learns: what it has learned before it writes or reads costs no
 * bytes. Reader and writer make the same calls in the same order; all arithmetic is of integers, so
 * that they agree on any machine. About one million bytes a second. */
#ifndef WAYMARK_PACK_MIX_H
#define WAYMARK_PACK_MIX_H

#include <waymark/sys/arena.h>
#include <waymark/sys/buf.h>

#define PACK_MIX_LOG_MIN 16

typedef struct pack_mix pack_mix;

/* A coder that learns, in about 1.4 x 2^memory_log bytes. */
WM_MUST_USE wm_status pack_mix_new(const wm_env *env, unsigned memory_log, pack_mix **mix_out,
                                   wm_error *err);
void pack_mix_free(pack_mix *mix);

/* To learn for a while, without writing or reading, and to go on. */
void pack_mix_learn(pack_mix *mix, bool learns);
/* From now on it writes; `out` is borrowed until pack_mix_finish, its failure is the only one. */
void pack_mix_write(pack_mix *mix, wm_buf *out);
void pack_mix_finish(pack_mix *mix);
/* From now on it reads `bytes` (borrowed), of at most `symbols` symbols. */
void pack_mix_read(pack_mix *mix, wm_str bytes, uint64_t symbols);
/* Symbols written or read so far: a text has one for each byte and one more, a number at least
 * one. */
uint64_t pack_mix_symbols(const pack_mix *mix);
/* Reading: the bytes or the symbols ran out; what was read since is not to be used. */
bool pack_mix_failed(const pack_mix *mix);
/* Reading: nothing is left over. */
bool pack_mix_done(const pack_mix *mix);

/* A number found at a place; places are told apart by any 32 bits. Returns it, also when it is
 * read. */
int64_t pack_mix_integer(pack_mix *mix, uint32_t place, int64_t value);
/* A number of 0 to 2^62 whose size says little about the rest of it. */
uint64_t pack_mix_gap(pack_mix *mix, uint32_t place, uint64_t value);
/* `count` bits (at most 32) that nothing foretells. */
uint32_t pack_mix_bits(pack_mix *mix, unsigned count, uint32_t bits);
/* A text without NUL, to be written or learned; `front`: what is known to stand before it. */
void pack_mix_text(pack_mix *mix, uint32_t place, wm_str front, wm_str text);
/* The same when it is read: bytes without NUL, to be checked for UTF-8; NUL-terminated after its
 * length, in the arena. WM_BAD_INPUT if nothing can be read or it is longer than a record may be.
 */
WM_MUST_USE wm_status pack_mix_take_text(pack_mix *mix, uint32_t place, wm_str front,
                                         wm_arena *arena, wm_str *text_out, wm_error *err);

#endif
