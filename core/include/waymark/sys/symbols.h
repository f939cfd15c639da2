/* symbols.h: an interning table: text <-> small number.
 *
 * Numbers are given in order of interning, from 0, and never change or disappear, so that a store
 * can keep them: load the texts in order, remember wm_symbols_count as a mark, work, and save the
 * texts from the mark on. In memory; one thread at a time. */
#ifndef WAYMARK_SYS_SYMBOLS_H
#define WAYMARK_SYS_SYMBOLS_H

#include <waymark/sys/arena.h>

WM_BEGIN_DECLS

typedef uint32_t wm_symbol;
#define WM_SYMBOL_NONE UINT32_MAX
#define WM_SYMBOLS_MAX ((size_t)1 << 24)

typedef struct wm_symbols wm_symbols;

WM_API WM_MUST_USE wm_status wm_symbols_new(const wm_env *env, wm_symbols **symbols_out,
                                            wm_error *err);
WM_API void wm_symbols_free(wm_symbols *symbols);

/* Texts that stand somewhere else, as numbers [0, count): in a file that is too large to be read
 * for the few that a change needs. */
typedef struct wm_symbols_source {
    wm_symbol count;
    /* WM_NOT_FOUND: it is not there (no text). */
    wm_status (*find)(void *context, wm_str text, wm_symbol *symbol_out, wm_error *err);
    void *context;
} wm_symbols_source;
/* A table that goes on where a source ends. Interning looks there; _find and _text do not: they
 * know what was interned here, and the texts of new numbers. */
WM_API WM_MUST_USE wm_status wm_symbols_new_behind(const wm_env *env,
                                                   const wm_symbols_source *source,
                                                   wm_symbols **symbols_out, wm_error *err);
/* How many texts are in memory. */
WM_API size_t wm_symbols_held(const wm_symbols *symbols);

/* A hint that it will hold so many: filling it then takes less time. */
WM_API WM_MUST_USE wm_status wm_symbols_reserve(wm_symbols *symbols, size_t count, wm_error *err);
/* The number of `text`; a new one if it is new. Copies the text. After a failure the table is as
 * it was. */
WM_API WM_MUST_USE wm_status wm_symbols_intern(wm_symbols *symbols, wm_str text,
                                               wm_symbol *symbol_out, wm_error *err);
/* WM_SYMBOL_NONE if it was never interned. */
WM_API wm_symbol wm_symbols_find(const wm_symbols *symbols, wm_str text);
/* Empty, ptr NULL, if there is no such symbol. Lives as long as the table; NUL-terminated. */
WM_API wm_str wm_symbols_text(const wm_symbols *symbols, wm_symbol symbol);
/* One past the newest symbol. */
WM_API wm_symbol wm_symbols_count(const wm_symbols *symbols);

WM_END_DECLS

#endif
