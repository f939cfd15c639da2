/* keys_page.c: see keys_page.h. */
#include <waymark/sys/date.h>

#include "keys_page.h"

#define ID_DIGITS 12

static void write_names(wm_json_out *out, const char *name, const wm_str *names, size_t count)
{
    wm_json_out_name(out, name);
    wm_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        wm_json_out_string(out, names[i]);
    }
    wm_json_out_end_array(out);
}

static void print_names(wm_buf *buf, const wm_str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wm_buf_put_str(buf, names[i]);
        wm_buf_put_char(buf, '\n');
    }
}

wm_exit wm_keys_print_names(wm_cli *cli, const wm_str *names, size_t count)
{
    wm_buf buf;
    wm_json_out out;
    wm_buf_init(&buf, cli->env, WM_MIB);
    if (cli->json) {
        wm_json_out_init(&out, &buf);
        wm_json_out_object(&out);
        write_names(&out, "files", names, count);
        wm_json_out_end_object(&out);
    } else {
        print_names(&buf, names, count);
    }
    wm_exit code = wm_cli_print(cli, &buf);
    wm_buf_fini(&buf);
    return code;
}

/* ---- what a change did ---- */

static void write_root(wm_json_out *out, const wm_keys_root *root)
{
    wm_json_out_object(out);
    wm_json_out_member_text(out, "edition", wm_edition_name(root->edition));
    wm_json_out_member_integer(out, "version", root->version);
    wm_json_out_member_boolean(out, "complete", root->is_complete);
    wm_json_out_name(out, "lacks");
    wm_json_out_object(out);
    wm_json_out_member_integer(out, "new", root->new_lacks);
    wm_json_out_member_integer(out, "old", root->old_lacks);
    wm_json_out_end_object(out);
    wm_json_out_end_object(out);
}

static void say_root(wm_cli *cli, const wm_keys_root *root)
{
    const char *edition = wm_edition_name(root->edition);
    if (root->is_complete) {
        wm_cli_say(cli, "%s: root %lld counts; publish next, so that clients see it\n", edition,
                   (long long)root->version);
        return;
    }
    wm_cli_say(cli,
               "%s: root %lld is a draft: it lacks %u signatures by keys of the root before it, "
               "and %u by its own. Whoever has such a key: waymark keys sign KEYDIR "
               "--root-keydir DIR\n",
               edition, (long long)root->version, root->old_lacks, root->new_lacks);
}

wm_exit wm_keys_print_result(wm_cli *cli, const wm_keys_result *result)
{
    wm_buf buf;
    wm_json_out out;
    wm_buf_init(&buf, cli->env, WM_MIB);
    if (cli->json) {
        wm_json_out_init(&out, &buf);
        wm_json_out_object(&out);
        write_names(&out, "files", result->files, result->file_count);
        write_names(&out, "gone", result->gone, result->gone_count);
        wm_json_out_name(&out, "roots");
        wm_json_out_array(&out);
        for (size_t i = 0; i < result->root_count; i++) {
            write_root(&out, &result->roots[i]);
        }
        wm_json_out_end_array(&out);
        wm_json_out_end_object(&out);
    } else {
        print_names(&buf, result->files, result->file_count);
        for (size_t i = 0; i < result->gone_count; i++) {
            wm_cli_say(cli, "replaced: %.*s\n", WM_STR_ARG(result->gone[i]));
        }
        for (size_t i = 0; i < result->root_count; i++) {
            say_root(cli, &result->roots[i]);
        }
    }
    wm_exit code = wm_cli_print(cli, &buf);
    wm_buf_fini(&buf);
    return code;
}

/* ---- what there is ---- */

static void write_key(wm_json_out *out, const wm_key_view *key)
{
    wm_json_out_object(out);
    wm_json_out_member_string(out, "id", key->id);
    wm_json_out_name(out, "file");
    if (key->file.len > 0) {
        wm_json_out_string(out, key->file);
    } else {
        wm_json_out_null(out);
    }
    wm_json_out_member_boolean(out, "signed", key->has_signed);
    wm_json_out_member_boolean(out, "comes", key->comes);
    wm_json_out_member_boolean(out, "goes", key->goes);
    wm_json_out_end_object(out);
}

static void write_day(wm_json_out *out, const char *name, int64_t seconds)
{
    char day[WM_DATE_TEXT_BYTES];
    wm_json_out_member_text(out, name, wm_date_format(wm_date_from_unix(seconds), day));
}

static void write_role(wm_json_out *out, const wm_key_role_view *role)
{
    wm_json_out_object(out);
    wm_json_out_member_integer(out, "threshold", role->threshold);
    wm_json_out_name(out, "keys");
    wm_json_out_array(out);
    for (size_t i = 0; i < role->key_count; i++) {
        write_key(out, &role->keys[i]);
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
}

static void write_view(wm_json_out *out, const wm_keys_view *view)
{
    wm_json_out_object(out);
    wm_json_out_member_text(out, "edition", wm_edition_name(view->edition));
    wm_json_out_member_integer(out, "version", view->version);
    write_day(out, "expires", view->expires_s);
    wm_json_out_name(out, "draft");
    if (view->has_draft) {
        wm_json_out_object(out);
        write_day(out, "expires", view->draft_expires_s);
        wm_json_out_member_integer(out, "new_lacks", view->new_lacks);
        wm_json_out_member_integer(out, "old_lacks", view->old_lacks);
        wm_json_out_end_object(out);
    } else {
        wm_json_out_null(out);
    }
    wm_json_out_name(out, "roles");
    wm_json_out_object(out);
    for (int i = 0; i < WM_KEY_ROLES; i++) {
        wm_json_out_name(out, wm_key_role_name((wm_key_role)i));
        write_role(out, &view->roles[i]);
    }
    wm_json_out_end_object(out);
    wm_json_out_end_object(out);
}

static void print_key(wm_buf *buf, const wm_key_view *key, bool is_root, bool has_draft)
{
    wm_buf_printf(buf, "    %c %.*s  %.*s%s\n",
                  key->comes  ? '+'
                  : key->goes ? '-'
                              : ' ',
                  (int)(key->id.len < ID_DIGITS ? key->id.len : ID_DIGITS), key->id.ptr,
                  (int)(key->file.len > 0 ? key->file.len : strlen("not here")),
                  key->file.len > 0 ? key->file.ptr : "not here",
                  !is_root || !has_draft ? ""
                  : key->has_signed      ? ", has signed"
                                         : "");
}

static void print_view(wm_buf *buf, const wm_keys_view *view, int64_t now_s)
{
    char day[WM_DATE_TEXT_BYTES];
    wm_buf_printf(buf, "%s edition: root %lld, %s %s\n", wm_edition_name(view->edition),
                  (long long)view->version, view->expires_s > now_s ? "until" : "EXPIRED on",
                  wm_date_format(wm_date_from_unix(view->expires_s), day));
    if (view->has_draft) {
        wm_buf_printf(buf,
                      "  a draft of root %lld waits: it would last until %s; it lacks %u "
                      "signatures by keys of root %lld, and %u by its own\n",
                      (long long)view->version + 1,
                      wm_date_format(wm_date_from_unix(view->draft_expires_s), day),
                      view->old_lacks, (long long)view->version, view->new_lacks);
    }
    for (int i = 0; i < WM_KEY_ROLES; i++) {
        const wm_key_role_view *role = &view->roles[i];
        wm_buf_printf(buf, "  %s: %lld must sign", wm_key_role_name((wm_key_role)i),
                      (long long)role->threshold);
        if (role->next_threshold != role->threshold) {
            wm_buf_printf(buf, ", by the draft %lld", (long long)role->next_threshold);
        }
        wm_buf_put_char(buf, '\n');
        for (size_t k = 0; k < role->key_count; k++) {
            print_key(buf, &role->keys[k], i == WM_KEY_ROOT, view->has_draft);
        }
    }
}

wm_exit wm_keys_print_views(wm_cli *cli, const wm_keys_view *views, size_t count, int64_t now_s)
{
    wm_buf buf;
    wm_json_out out;
    wm_buf_init(&buf, cli->env, WM_MIB);
    if (cli->json) {
        wm_json_out_init(&out, &buf);
        wm_json_out_object(&out);
        write_names(&out, "files", NULL, 0);
        wm_json_out_name(&out, "editions");
        wm_json_out_array(&out);
        for (size_t i = 0; i < count; i++) {
            write_view(&out, &views[i]);
        }
        wm_json_out_end_array(&out);
        wm_json_out_end_object(&out);
    } else {
        for (size_t i = 0; i < count; i++) {
            print_view(&buf, &views[i], now_s);
        }
    }
    wm_exit code = wm_cli_print(cli, &buf);
    wm_buf_fini(&buf);
    return code;
}
