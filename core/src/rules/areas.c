/* areas.c: symbol -> place in the tree, as a plain array. */
#include "rules/facts.h"

struct wm_area_map {
    const wm_env *env;
    const wm_symbols *symbols;
    const wm_locality_tree *tree;
    wm_locality *places;
    size_t count;
    size_t capacity;
};

wm_status wm_area_map_new(const wm_env *env, const wm_symbols *symbols,
                          const wm_locality_tree *tree, wm_area_map **map_out, wm_error *err)
{
    wm_area_map *map = wm_env_alloc(env, sizeof *map);
    if (map == NULL) {
        return wm_fail_memory(err);
    }
    map->env = env;
    map->symbols = symbols;
    map->tree = tree;
    wm_status status = wm_area_map_update(map, err);
    if (status != WM_OK) {
        wm_area_map_free(map);
        return status;
    }
    *map_out = map;
    return WM_OK;
}

void wm_area_map_free(wm_area_map *map)
{
    if (map != NULL) {
        wm_env_free(map->env, map->places, map->capacity * sizeof *map->places);
        wm_env_free(map->env, map, sizeof *map);
    }
}

wm_status wm_area_map_update(wm_area_map *map, wm_error *err)
{
    size_t count = wm_symbols_count(map->symbols);
    if (count > map->capacity) {
        size_t capacity = count + count / 2;
        wm_locality *places = wm_env_alloc(map->env, capacity * sizeof *places);
        if (places == NULL) {
            return wm_fail_memory(err);
        }
        if (map->count > 0) {
            memcpy(places, map->places, map->count * sizeof *places);
        }
        wm_env_free(map->env, map->places, map->capacity * sizeof *places);
        map->places = places;
        map->capacity = capacity;
    }
    for (size_t i = map->count; i < count; i++) {
        map->places[i] =
            map->tree == NULL
                ? WM_LOCALITY_NONE
                : wm_locality_find(map->tree, wm_symbols_text(map->symbols, (wm_symbol)i));
    }
    map->count = count;
    return WM_OK;
}

const wm_locality_tree *wm_area_map_tree(const wm_area_map *map)
{
    return map->tree;
}

wm_locality wm_area_map_find(const wm_area_map *map, wm_symbol code)
{
    return code < map->count ? map->places[code] : WM_LOCALITY_NONE;
}

bool wm_area_map_knows(const wm_area_map *map, wm_symbol code)
{
    return code < map->count;
}
