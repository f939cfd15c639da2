/* oruk_ages.c: whom a service is for, where all that is said are ages and words.
 *
 * What is not said is not known: a service that says nothing about whom it is for, or an age that
 * cannot be read, becomes a condition that only the service can tell, never "everyone". */
#include "decimal.h"
#include "oruk.h"

#define AGE_YEARS_MAX 130
#define CHECK_BYTES_MAX 200

typedef struct age_bound {
    bool given;
    bool readable;
    int64_t months;
} age_bound;

static age_bound read_bound(tree_maker *maker, const wm_json *service, const char *name)
{
    const wm_json *value = wm_json_get(service, name);
    age_bound bound = { .given = !tree_is_nothing(value) };
    int64_t scaled = 0;
    bool exact = false;
    wm_json text = tree_text(oruk_line(maker, value));
    if (bound.given && decimal_scaled(&text, 6, &scaled, &exact) && scaled >= 0 &&
        scaled <= AGE_YEARS_MAX * (int64_t)1000000) {
        bound.months = (scaled * 12 + 500000) / 1000000;
        /* Months are exact to the day; 4.17 years are meant to be 4 years and 2 months. */
        bound.readable = true;
    }
    return bound;
}

static void put_bound(tree_maker *maker, tree_object *age, const char *name, int64_t months)
{
    if (months % 12 == 0) {
        tree_put_integer(maker, age, name, months / 12);
        return;
    }
    tree_object parts = { NULL, 0, 0 };
    if (months >= 12) {
        tree_put_integer(maker, &parts, "y", months / 12);
    }
    tree_put_integer(maker, &parts, "m", months % 12);
    tree_put_object(maker, age, name, &parts);
}

static wm_json check_node(tree_maker *maker, wm_str text)
{
    tree_object node = { NULL, 0, 0 };
    text.len = wm_utf8_cut(text, CHECK_BYTES_MAX);
    tree_put_text(maker, &node, "check", text);
    return tree_close(&node);
}

/* One condition stands alone, several in `all`. */
static void put_who(tree_maker *maker, const tree_list *conditions, tree_object *eligibility)
{
    if (conditions->count == 1) {
        tree_put(maker, eligibility, "who", &conditions->items[0]);
    } else if (conditions->count > 1) {
        tree_object all = { NULL, 0, 0 };
        wm_json list = tree_close_list(conditions);
        tree_put(maker, &all, "all", &list);
        tree_put_object(maker, eligibility, "who", &all);
    }
}

wm_status oruk_read_ages(oruk_reading *r, const wm_json *service, tree_object *eligibility_out)
{
    tree_maker *maker = &r->maker;
    age_bound low = read_bound(maker, service, "minimum_age");
    age_bound high = read_bound(maker, service, "maximum_age");
    tree_list conditions = { NULL, 0, 0 };
    tree_object age = { NULL, 0, 0 };
    if (low.readable && high.readable && low.months > high.months) {
        return wm_fail(r->err, WM_BAD_RECORD,
                       "maximum_age: expected at least minimum_age (%lld months), found %lld",
                       (long long)low.months, (long long)high.months);
    }
    if (low.readable) {
        put_bound(maker, &age, "min", low.months);
    }
    if (high.readable) {
        put_bound(maker, &age, "max", high.months);
    }
    if (age.count > 0) {
        tree_object node = { NULL, 0, 0 };
        tree_put_object(maker, &node, "age", &age);
        wm_json made = tree_close(&node);
        tree_add(maker, &conditions, &made);
    }
    if (low.given != low.readable || high.given != high.readable) {
        wm_json made = check_node(maker, WM_STR("the age that the service says"));
        oruk_note(r, "an age that cannot be read", oruk_member(maker, service, "minimum_age"));
        tree_add(maker, &conditions, &made);
        oruk_keep(r, &r->kept, "minimum_age", wm_json_get(service, "minimum_age"));
        oruk_keep(r, &r->kept, "maximum_age", wm_json_get(service, "maximum_age"));
    }
    if (conditions.count == 0) {
        wm_str words = oruk_member(maker, service, "eligibility_description");
        wm_json made = check_node(
            maker, words.len > 0 ? words : WM_STR("whom it is for: the service does not say"));
        tree_add(maker, &conditions, &made);
    }
    put_who(maker, &conditions, eligibility_out);
    return WM_OK;
}

/* Of one node, if it is an age in whole years, on the day itself. */
static void years_of(const wm_json *node, int64_t *minimum, int64_t *maximum)
{
    const wm_json *age = wm_json_get(node, "age");
    if (age == NULL || wm_json_get(age, "on") != NULL) {
        return;
    }
    const wm_json *before = wm_json_get(age, "before");
    int64_t low = wm_json_integer(wm_json_get(age, "min"), -1);
    int64_t high = wm_json_integer(wm_json_get(age, "max"), -1);
    high = wm_json_is(before, WM_JSON_INTEGER) ? before->as.integer - 1 : high;
    *minimum = low > *minimum ? low : *minimum;
    *maximum = high >= 0 && (*maximum < 0 || high < *maximum) ? high : *maximum;
}

void oruk_ages_of(const wm_json *eligibility, int64_t *minimum_out, int64_t *maximum_out)
{
    const wm_json *who = wm_json_get(eligibility, "who");
    const wm_json *all = wm_json_get(who, "all");
    *minimum_out = -1;
    *maximum_out = -1;
    years_of(who, minimum_out, maximum_out);
    for (uint32_t i = 0; i < tree_items(all); i++) {
        years_of(&all->as.items[i], minimum_out, maximum_out);
    }
}
