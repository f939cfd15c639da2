/* other_files.h: what a person may have taken for a list that we read. Pure. */
#ifndef WAYMARK_INTERCHANGE_OTHER_FILES_H
#define WAYMARK_INTERCHANGE_OTHER_FILES_H

#include <waymark/sys/str.h>

/* By how it begins: what kind of file it is, and what to do; NULL: none that is known here. */
const char *other_file(wm_str begins);

#endif
