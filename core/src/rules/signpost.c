/* signpost.c: the words of the rule language. */
#include "rules/signpost.h"

static const char *const section_names[] = { "SAFETY",        "MAIN",        "ALONGSIDE",
                                             "WHILE_WAITING", "NOT_A_MATCH", "FOOTER" };

const char *wm_section_name(wm_section section)
{
    return section < WM_SECTION_COUNT ? section_names[section] : "ALL";
}
