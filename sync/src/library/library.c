/* library.c: see library.h. */
#include "library/library.h"

#include <dlfcn.h>
#include <string.h>

wm_status wm_library_load(const char *library, const wm_library_function *functions, size_t count,
                          void *table, wm_error *err)
{
    void *opened = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (opened == NULL) {
        return wm_fail(err, WM_UNSUPPORTED, "%s cannot be loaded: is it installed?", library);
    }
    for (size_t i = 0; i < count; i++) {
        void *function = dlsym(opened, functions[i].name);
        if (function == NULL) {
            return wm_fail(err, WM_UNSUPPORTED, "%s has no %s: is it too old?", library,
                           functions[i].name);
        }
        memcpy((char *)table + functions[i].offset, &function, sizeof function);
    }
    return WM_OK;
}
