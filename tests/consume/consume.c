/* consume.c: a program that has only the installed library. */
#include <stdio.h>

#include <waymark/sys/json.h>

int main(void)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    const wm_json *value = NULL;
    wm_error err = { 0 };
    wm_status status =
        wm_json_parse(&arena, WM_STR("{\"who\":\"can help\"}"), WM_MIB, &value, &err);
    printf("%s\n", status == WM_OK ? wm_json_string(wm_json_get(value, "who")).ptr : err.text);
    wm_arena_fini(&arena);
    return status == WM_OK ? 0 : 1;
}
