/* import_oruk.h: `waymark import oruk`. */
#ifndef WAYMARK_CLI_IMPORT_ORUK_H
#define WAYMARK_CLI_IMPORT_ORUK_H

#include "cli.h"

/* Operands: "oruk", the file. */
wm_exit wm_cli_import_oruk(wm_cli *cli, const wm_cli_args *args);

#endif
