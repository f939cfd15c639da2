/* other_files.c: see other_files.h. Lists of places come in ZIP files, feeds are kept in gzip, and
 * spreadsheets save text as UTF-16. */
#include "interchange/other_files.h"

const char *other_file(wm_str begins)
{
    static const struct {
        const char *begins;
        const char *is;
    } others[] = {
        { "\x1f\x8b", "a file that gzip made: unpack it first" },
        { "PK\x03\x04", "a ZIP file: unpack it first" },
        { "\xfd"
          "7zXZ",
          "a file that xz made: unpack it first" },
        { "\xff\xfe", "UTF-16: save it as UTF-8" },
        { "\xfe\xff", "UTF-16: save it as UTF-8" },
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (wm_str_starts(begins, wm_str_of(others[i].begins))) {
            return others[i].is;
        }
    }
    return NULL;
}
