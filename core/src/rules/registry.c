/* registry.c: fact records as a table from name to type and terms.
 *
 * A symbol table numbers the names; entry i is the fact with symbol i. The terms of all facts are
 * interned in a second table as "fact<NUL>term". */
#include <waymark/sys/criteria.h>

typedef struct entry {
    wm_fact_type type;
    bool has_options;
    bool sensitive;
} entry;

struct wm_fact_registry {
    const wm_env *env;
    wm_symbols *names;
    wm_symbols *terms;
    entry *entries;
    size_t capacity;
};

static const char *const type_names[] = { "flag", "age",   "area",  "one",
                                          "set",  "level", "event", "people" };

const char *wm_fact_type_name(wm_fact_type type)
{
    return type_names[type];
}

bool wm_fact_type_parse(wm_str name, wm_fact_type *type_out)
{
    for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++) {
        if (wm_str_is(name, type_names[i])) {
            *type_out = (wm_fact_type)i;
            return true;
        }
    }
    return false;
}

wm_status wm_fact_registry_new(const wm_env *env, wm_fact_registry **registry_out, wm_error *err)
{
    wm_fact_registry *registry = wm_env_alloc(env, sizeof *registry);
    if (registry == NULL) {
        return wm_fail_memory(err);
    }
    registry->env = env;
    wm_status status = wm_symbols_new(env, &registry->names, err);
    status = status == WM_OK ? wm_symbols_new(env, &registry->terms, err) : status;
    if (status != WM_OK) {
        wm_fact_registry_free(registry);
        return status;
    }
    *registry_out = registry;
    return WM_OK;
}

void wm_fact_registry_free(wm_fact_registry *registry)
{
    if (registry != NULL) {
        wm_symbols_free(registry->names);
        wm_symbols_free(registry->terms);
        wm_env_free(registry->env, registry->entries,
                    registry->capacity * sizeof *registry->entries);
        wm_env_free(registry->env, registry, sizeof *registry);
    }
}

/* Names and terms are ids, at most WM_ID_BYTES_MAX long: no key is longer than this. */
#define TERM_KEY_BYTES (2 * WM_ID_BYTES_MAX + 1)

static bool term_key(wm_str fact, wm_str term, char key_out[TERM_KEY_BYTES], wm_str *text_out)
{
    if (fact.len > WM_ID_BYTES_MAX || term.len > WM_ID_BYTES_MAX || term.len == 0) {
        return false;
    }
    memcpy(key_out, fact.ptr, fact.len);
    key_out[fact.len] = '\0';
    memcpy(key_out + fact.len + 1, term.ptr, term.len);
    *text_out = (wm_str){ key_out, fact.len + 1 + term.len };
    return true;
}

static wm_status add_terms(wm_fact_registry *registry, wm_str fact, const wm_json *options,
                           wm_error *err)
{
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < options->count && status == WM_OK; i++) {
        const wm_json *option = &options->as.items[i];
        wm_str term = option->type == WM_JSON_STRING ? option->as.string
                                                     : wm_json_string(wm_json_get(option, "value"));
        char bytes[TERM_KEY_BYTES];
        wm_str key = { NULL, 0 };
        wm_symbol symbol = WM_SYMBOL_NONE;
        if (!term_key(fact, term, bytes, &key)) {
            return wm_fail(err, WM_BAD_RECORD,
                           "fact %.*s: options[%u]: expected a value of 1 to %d bytes",
                           WM_STR_ARG(fact), i, WM_ID_BYTES_MAX);
        }
        status = wm_symbols_intern(registry->terms, key, &symbol, err);
    }
    return status;
}

static wm_status make_room(wm_fact_registry *registry, wm_error *err)
{
    if (wm_symbols_count(registry->names) < registry->capacity) {
        return WM_OK;
    }
    size_t capacity = registry->capacity == 0 ? 64 : registry->capacity * 2;
    entry *entries = wm_env_alloc(registry->env, capacity * sizeof *entries);
    if (entries == NULL) {
        return wm_fail_memory(err);
    }
    if (registry->capacity > 0) {
        memcpy(entries, registry->entries, registry->capacity * sizeof *entries);
    }
    wm_env_free(registry->env, registry->entries, registry->capacity * sizeof *entries);
    registry->entries = entries;
    registry->capacity = capacity;
    return WM_OK;
}

wm_status wm_fact_registry_add(wm_fact_registry *registry, const wm_json *record, wm_error *err)
{
    wm_str id = wm_json_string(wm_json_get(record, "id"));
    wm_str type_name = wm_json_string(wm_json_get(record, "type"));
    wm_fact_type type = WM_FACT_FLAG;
    if (id.len == 0 || id.len > WM_ID_BYTES_MAX || !wm_fact_type_parse(type_name, &type)) {
        return wm_fail(err, WM_BAD_RECORD,
                       "fact %.*s: type: expected flag, age, area, one, set, level, event or "
                       "people, found \"%.*s\"",
                       WM_STR_ARG(id), WM_STR_ARG(type_name));
    }
    wm_symbol symbol = WM_SYMBOL_NONE;
    wm_status status = make_room(registry, err);
    const wm_json *options = wm_json_get(record, "options");
    bool has_options = wm_json_is(options, WM_JSON_ARRAY) && options->count > 0;
    if (status == WM_OK && has_options) {
        status = add_terms(registry, id, options, err);
    }
    status = status == WM_OK ? wm_symbols_intern(registry->names, id, &symbol, err) : status;
    if (status == WM_OK) {
        bool sensitive = wm_json_integer(wm_json_get(record, "cost"), 0) >= WM_FACT_COST_SENSITIVE;
        registry->entries[symbol] = (entry){ type, has_options, sensitive };
    }
    return status;
}

bool wm_fact_registry_find(const wm_fact_registry *registry, wm_str fact, wm_fact_type *type_out)
{
    wm_symbol symbol = wm_symbols_find(registry->names, fact);
    if (symbol == WM_SYMBOL_NONE) {
        return false;
    }
    *type_out = registry->entries[symbol].type;
    return true;
}

bool wm_fact_registry_is_sensitive(const wm_fact_registry *registry, wm_str fact)
{
    wm_symbol symbol = wm_symbols_find(registry->names, fact);
    return symbol != WM_SYMBOL_NONE && registry->entries[symbol].sensitive;
}

bool wm_fact_registry_has_term(const wm_fact_registry *registry, wm_str fact, wm_str term)
{
    wm_symbol symbol = wm_symbols_find(registry->names, fact);
    if (symbol == WM_SYMBOL_NONE) {
        return false;
    }
    char bytes[TERM_KEY_BYTES];
    wm_str key = { NULL, 0 };
    return !registry->entries[symbol].has_options ||
           (term_key(fact, term, bytes, &key) &&
            wm_symbols_find(registry->terms, key) != WM_SYMBOL_NONE);
}
