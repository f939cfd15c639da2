/* tree.h: making JSON values in an arena: members are put in any order and sorted at the end.
 *
 * A failure to allocate sticks to the maker; what is made after it is empty, and the caller asks
 * once, at the end. Decimals: the model has integers only, other people's formats have not. Here a
 * WM_JSON_INTEGER whose `count` is n is a decimal of n digits behind the point; only this room's
 * writer knows that, and such values never stand in a record. */
#ifndef WAYMARK_INTERCHANGE_TREE_H
#define WAYMARK_INTERCHANGE_TREE_H

#include <waymark/sys/json.h>

typedef struct tree_maker {
    wm_arena *arena;
    bool failed; /* memory is out */
} tree_maker;

typedef struct tree_object {
    wm_json_member *members;
    size_t count;
    size_t capacity;
} tree_object;

typedef struct tree_list {
    wm_json *items;
    size_t count;
    size_t capacity;
} tree_list;

/* NULL and a value of another type than asked for are passed over, so that a chain of look-ups
 * needs no tests in between. A name is put once; the later value counts. */
void tree_put(tree_maker *maker, tree_object *object, const char *name, const wm_json *value);
void tree_put_str(tree_maker *maker, tree_object *object, wm_str name, const wm_json *value);
/* Nothing is put for an empty text. */
void tree_put_text(tree_maker *maker, tree_object *object, const char *name, wm_str text);
void tree_put_boolean(tree_maker *maker, tree_object *object, const char *name, bool value);
void tree_put_integer(tree_maker *maker, tree_object *object, const char *name, int64_t value);
/* value / 10^digits */
void tree_put_decimal(tree_maker *maker, tree_object *object, const char *name, int64_t value,
                      unsigned digits);
/* Only if there is something in it. */
void tree_put_object(tree_maker *maker, tree_object *object, const char *name, tree_object *inner);
void tree_put_list(tree_maker *maker, tree_object *object, const char *name, tree_list *inner);
/* NULL if it was not put. */
const wm_json *tree_get(const tree_object *object, const char *name);
/* Sorts the members. The value lasts until the object is closed again; what is put in between does
 * not show in it. */
wm_json tree_close(tree_object *object);

void tree_add(tree_maker *maker, tree_list *list, const wm_json *value);
/* Unless it is there already. */
void tree_add_text_once(tree_maker *maker, tree_list *list, wm_str text);
wm_json tree_close_list(const tree_list *list);

wm_json tree_text(wm_str text);
/* printf into the arena, at most 1,000 bytes. */
wm_str tree_format(tree_maker *maker, const char *format, ...) WM_PRINTF(2, 3);

/* Items of a list; 0 if it is none. */
uint32_t tree_items(const wm_json *list);
/* Members of an object; 0 if it is none: whatever others send may be anything, what was kept of it
 * too. */
uint32_t tree_members(const wm_json *object);
/* No deeper, and of no more values, than the reader of records takes. */
bool tree_can_be_read(const wm_json *value);
/* True for NULL, null, "", {} and []: other people's ways of saying nothing. */
bool tree_is_nothing(const wm_json *value);
/* The same value without what says nothing, and without members of these names at its top (NULL
 * ends them; `without` may be NULL). NULL if nothing is left. */
const wm_json *tree_kept(tree_maker *maker, const wm_json *value, const char *const *without);

/* Canonical, but for decimals. */
void tree_write(wm_buf *out, const wm_json *value);

#endif
