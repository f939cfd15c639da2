/* cmd_import.c: `waymark import`: other people's data into an authoring database. */
#include <string.h>

#include "catch_up.h"
#include "commands.h"
#include "import_oruk.h"
#include "import_places.h"

static const struct {
    const char *name;
    wm_exit (*run)(wm_cli *cli, const wm_cli_args *args);
} formats[] = {
    { "oruk", wm_cli_import_oruk },
    { "places", wm_cli_import_places },
    { "practices", wm_cli_import_practices },
};

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    if (wm_cli_value(args, "-o") == NULL) {
        return wm_cli_usage(cli, "expected -o DB, found none");
    }
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(args->operands[0], formats[i].name) == 0) {
            wm_interrupts interrupts;
            wm_interrupts_hold(&interrupts);
            wm_exit code = formats[i].run(cli, args);
            wm_interrupts_release(&interrupts);
            return code;
        }
    }
    return wm_cli_usage(cli, "expected oruk, places or practices, found \"%s\"", args->operands[0]);
}

static const wm_cli_option options[] = {
    { "-o", "DB", "The database to import into; made if there is none", false },
    { "--localities", "CSV", "oruk: code,name,kind,parent; adds the localities that are not there",
      false },
    { "--terms", "CSV", "oruk: vocabulary,code,name,need; which terms mean which needs", false },
    { "--source", "NAME", "Whose data it is; the file's name, or host and path, if left out",
      false },
    { "--strict", NULL, "Take nothing if anything is wrong", false },
    { "--allow-shrink", NULL, "Take it also if there is far less than last time", false },
    WM_CLI_FEED_OPTIONS,
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_import = {
    "import",
    "FORMAT FILE|URL",
    "Take other people's data into the working state of a database",
    "Format: oruk (Open Referral UK: one service a line, a list of services, pages of them, or "
    "one), places (the ONS Postcode Directory, Code-Point Open as a file or a folder, lists of "
    "outcodes, sectors, towns or wards) or practices (epraccur, or a list with practice_ods). What "
    "the same source brought before is replaced. A line that cannot be taken is told with its "
    "number, and the rest goes in (exit 3). It may be stopped at any moment: then nothing has "
    "changed.\n\n"
    "A URL (oruk; https, or http on this machine) is a file on a server, or an API: its base, or "
    "its /services. Then all pages of the list are read, and the document of each service where "
    "the list has only a summary. A document that cannot be had counts as rejected.",
    options,
    run,
};
