/* export_api.h: `export oruk --api`: a folder with the documents of the Open Referral UK API, for
 * any web server:
 *
 *   index.json                 GET /
 *   services/pages/1.json      GET /services?page=1, and so for each list
 *   services/ID.json           GET /services/ID
 */
#ifndef WAYMARK_CLI_EXPORT_API_H
#define WAYMARK_CLI_EXPORT_API_H

#include <waymark/sys/interchange.h>

#define WM_API_PAGE_ITEMS 100

typedef struct wm_api_folder wm_api_folder;

/* Nothing may stand at `path`: it is made under another name beside it until it is whole.
 * WM_BAD_INPUT: something stands there. WM_IO. */
WM_MUST_USE wm_status wm_api_folder_begin(const wm_env *env, const char *path,
                                          wm_api_folder **folder_out, wm_error *err);
/* The documents of a record (wm_oruk_documents). */
WM_MUST_USE wm_status wm_api_folder_put(wm_api_folder *folder, wm_arena *arena, wm_kind kind,
                                        const wm_json *record, const wm_oruk_form *form,
                                        wm_error *err);
/* The pages get their totals, and the folder its name. */
WM_MUST_USE wm_status wm_api_folder_finish(wm_api_folder *folder, wm_error *err);
/* One that was not finished goes. NULL does nothing. */
void wm_api_folder_free(wm_api_folder *folder);

#endif
