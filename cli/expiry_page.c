/* expiry_page.c: see expiry_page.h. */
#include "expiry_page.h"

bool wm_expiry_is_near(const wm_expiry_judge *judge, const wm_expiry *expiry)
{
    int64_t days = wm_expiry_days(expiry, judge->now_s);
    int64_t warn = judge->warn_days >= 0 ? judge->warn_days : wm_expiry_warn_days(expiry->role);
    return days < 0 || days <= warn;
}

static void write_day(wm_json_out *out, const wm_expiry *expiry)
{
    char day[WM_DATE_TEXT_BYTES];
    wm_json_out_text(out, wm_date_format(wm_date_from_unix(expiry->expires_s), day));
}

void wm_expiry_write(wm_json_out *out, const wm_expiry_judge *judge, const wm_expiry *expiries,
                     size_t count)
{
    wm_json_out_name(out, "expires");
    wm_json_out_object(out);
    for (size_t i = 0; i < count; i++) {
        wm_json_out_name_str(out, expiries[i].role);
        write_day(out, &expiries[i]);
    }
    wm_json_out_end_object(out);
    wm_json_out_name(out, "warnings");
    wm_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        if (!wm_expiry_is_near(judge, &expiries[i])) {
            continue;
        }
        wm_json_out_object(out);
        wm_json_out_member_integer(out, "days", wm_expiry_days(&expiries[i], judge->now_s));
        wm_json_out_name(out, "expires");
        write_day(out, &expiries[i]);
        wm_json_out_member_string(out, "role", expiries[i].role);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}

void wm_expiry_print_days(wm_buf *buf, int64_t days)
{
    int64_t count = days < 0 ? -days : days;
    if (days == 0) {
        wm_buf_put_text(buf, "within a day");
    } else if (days == -1) {
        wm_buf_put_text(buf, "less than a day ago");
    } else if (days < 0) {
        wm_buf_printf(buf, "%lld day%s ago", (long long)count - 1, count == 2 ? "" : "s");
    } else {
        wm_buf_printf(buf, "in %lld day%s", (long long)days, days == 1 ? "" : "s");
    }
}

static void print_role(wm_buf *buf, const wm_expiry_judge *judge, const char *name,
                       const wm_expiry *expiry)
{
    char day[WM_DATE_TEXT_BYTES];
    int64_t days = wm_expiry_days(expiry, judge->now_s);
    wm_buf_printf(buf, "%-11s %s  ", name,
                  wm_date_format(wm_date_from_unix(expiry->expires_s), day));
    wm_expiry_print_days(buf, days);
    wm_buf_put_text(buf, days < 0                           ? "  EXPIRED\n"
                         : wm_expiry_is_near(judge, expiry) ? "  runs out soon\n"
                                                            : "\n");
}

void wm_expiry_print(wm_buf *buf, const wm_expiry_judge *judge, const char *indent,
                     const wm_expiry *expiries, size_t count)
{
    static const char *const names[] = { "root", "timestamp", "snapshot", "targets", "partitions" };
    const wm_expiry *first_partition = NULL;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        for (size_t i = 0; i < count; i++) {
            if (wm_str_is(expiries[i].role, names[k])) {
                wm_buf_put_text(buf, indent);
                print_role(buf, judge, names[k], &expiries[i]);
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (wm_str_starts(expiries[i].role, WM_STR("p.")) &&
            (first_partition == NULL || expiries[i].expires_s < first_partition->expires_s)) {
            first_partition = &expiries[i];
        }
    }
    if (first_partition != NULL) {
        wm_buf_put_text(buf, indent);
        print_role(buf, judge, "p.*", first_partition);
    }
}
