/* reword.c: see reword.h. A kept part at the start ends with a space unless nothing follows. */
#include <string.h>

#include "reword.h"

#define SHARED_BYTES_MIN 8

/* The end of the word that begins at `at`. */
static size_t word_end(wm_str text, size_t at)
{
    const char *space = at < text.len ? memchr(text.ptr + at, ' ', text.len - at) : NULL;
    return space == NULL ? text.len : (size_t)(space - text.ptr);
}

/* Where the words after the first `count` begin; text.len + 1: there are just so many. */
static bool skip_words(wm_str text, size_t from, uint64_t count, size_t *at_out)
{
    size_t at = from;
    for (uint64_t i = 0; i < count; i++) {
        if (at > text.len) {
            return false;
        }
        at = word_end(text, at) + 1;
    }
    *at_out = at;
    return true;
}

bool pack_reword_ends(wm_str old, uint64_t kept, uint64_t replaced, wm_str *front_out,
                      wm_str *back_out)
{
    size_t front = 0;
    size_t back = 0;
    if (!skip_words(old, 0, kept, &front) || !skip_words(old, front, replaced, &back)) {
        return false;
    }
    *front_out = (wm_str){ old.ptr, front > old.len ? old.len : front };
    *back_out =
        back > old.len ? (wm_str){ old.ptr, 0 } : (wm_str){ old.ptr + back, old.len - back };
    return true;
}

/* Bytes of the three parts with a space between those that are there. */
static size_t join(char *to, wm_str front, wm_str middle, wm_str back)
{
    const wm_str parts[] = { front, middle, back };
    size_t length = 0;
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len == 0) {
            continue;
        }
        if (length > 0) {
            to[length++] = ' ';
        }
        memcpy(to + length, parts[i].ptr, parts[i].len);
        length += parts[i].len;
    }
    return length;
}

static wm_str without_space(wm_str front)
{
    if (front.len > 0 && front.ptr[front.len - 1] == ' ') {
        front.len--;
    }
    return front;
}

wm_str pack_reword_join(wm_arena *arena, wm_str front, wm_str middle, wm_str back)
{
    char *text = wm_arena_alloc(arena, front.len + middle.len + back.len + 3);
    if (text == NULL) {
        return (wm_str){ NULL, 0 };
    }
    return (wm_str){ text, join(text, without_space(front), middle, back) };
}

/* The new text is what the parts give: it may not be, at empty words. */
static bool gives(wm_str text, wm_str front, wm_str middle, wm_str back)
{
    front = without_space(front);
    const wm_str parts[] = { front, middle, back };
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len == 0) {
            continue;
        }
        if (at > 0 && (at >= text.len || text.ptr[at++] != ' ')) {
            return false;
        }
        if (parts[i].len > text.len - at ||
            memcmp(text.ptr + at, parts[i].ptr, parts[i].len) != 0) {
            return false;
        }
        at += parts[i].len;
    }
    return at == text.len;
}

bool pack_reword_find(wm_str old, wm_str text, pack_reword *reword_out)
{
    pack_reword made = { .kept = 0 };
    size_t shorter = old.len < text.len ? old.len : text.len;
    size_t same = 0;
    while (same < shorter && old.ptr[same] == text.ptr[same]) {
        same++;
    }
    size_t front = 0; /* where the first word that is not kept begins, in both */
    for (size_t end = word_end(old, 0); end < same; end = word_end(old, end + 1)) {
        made.kept++;
        front = end + 1;
    }
    size_t same_back = 0;
    while (same_back < shorter - front &&
           old.ptr[old.len - 1 - same_back] == text.ptr[text.len - 1 - same_back]) {
        same_back++;
    }
    size_t back = 0; /* bytes of the words that are kept at the end */
    for (size_t i = 1; i <= same_back; i++) {
        bool old_starts = i == old.len || old.ptr[old.len - 1 - i] == ' ';
        bool new_starts = i == text.len || text.ptr[text.len - 1 - i] == ' ';
        back = old_starts && new_starts && i <= old.len - front && i <= text.len - front ? i : back;
    }
    if (front + back < SHARED_BYTES_MIN) {
        return false;
    }
    for (size_t at = front; at + back <= old.len && at < old.len - back;
         at = word_end(old, at) + 1) {
        made.replaced++;
    }
    size_t middle_end = text.len - back;
    middle_end -= back > 0 && middle_end > front ? 1 : 0;
    made.middle = (wm_str){ text.ptr + front, middle_end - front };
    wm_str kept_back;
    if (!pack_reword_ends(old, made.kept, made.replaced, &made.front, &kept_back) ||
        !gives(text, made.front, made.middle, kept_back)) {
        return false;
    }
    *reword_out = made;
    return true;
}
