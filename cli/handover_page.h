/* handover_page.h: a hand-over on one page, to read out or to paste. */
#ifndef WAYMARK_CLI_HANDOVER_PAGE_H
#define WAYMARK_CLI_HANDOVER_PAGE_H

#include "cli.h"

/* Print what wm_directory_handover gave. */
WM_MUST_USE wm_status wm_handover_page(wm_cli *cli, wm_str handover, wm_error *err);
/* Print the text message alone; *made_out is false where there is none: why not has then been told
 * on standard error, and nothing printed. */
WM_MUST_USE wm_status wm_handover_sms(wm_cli *cli, wm_str handover, bool *made_out, wm_error *err);

#endif
