/* compiler.h: the only place that knows about compiler extensions. */
#ifndef WAYMARK_SYS_COMPILER_H
#define WAYMARK_SYS_COMPILER_H

#if defined(__GNUC__) || defined(__clang__)
#define WM_MUST_USE __attribute__((warn_unused_result))
#define WM_PRINTF(format_index, first_index)                                                       \
    __attribute__((format(printf, format_index, first_index)))
#if defined(WAYMARK_BUILDING) && !defined(_WIN32)
#define WM_API __attribute__((visibility("default")))
#else
#define WM_API
#endif
#else
#define WM_MUST_USE
#define WM_PRINTF(format_index, first_index)
#define WM_API
#endif

#include <stdint.h>

/* What lies there is read soon: a hint, so any address will do. */
static inline void wm_prefetch(const void *at)
{
#if defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(at);
#else
    (void)at;
#endif
}

/* The number of the lowest bit that is set. word is not 0 */
static inline unsigned wm_lowest_bit(uint64_t word)
{
#if defined(__GNUC__) || defined(__clang__)
    return (unsigned)__builtin_ctzll(word);
#else
    unsigned bit = 0;
    while ((word >> bit & 1) == 0) {
        bit++;
    }
    return bit;
#endif
}

#ifdef __cplusplus
#define WM_BEGIN_DECLS extern "C" {
#define WM_END_DECLS }
#else
#define WM_BEGIN_DECLS
#define WM_END_DECLS
#endif

#endif
