/* import_places.h: `import places` and `import practices`. */
#ifndef WAYMARK_CLI_IMPORT_PLACES_H
#define WAYMARK_CLI_IMPORT_PLACES_H

#include "cli.h"

/* FILE is a file, a folder of .csv files, or "-". */
wm_exit wm_cli_import_places(wm_cli *cli, const wm_cli_args *args);
wm_exit wm_cli_import_practices(wm_cli *cli, const wm_cli_args *args);

#endif
