/* shape.h: what a record may look like, as tables that a person can read.
 *
 * A value_rule says what one value may be; a field_rule gives it a name in an object. tables.c has
 * them all; shape.c checks a value against them, references.c follows the references in them.
 *
 * Everywhere: a member "x_..." is kept and ignored; any object may carry "audience" ("public" or
 * "professional"), except inside eligibility, where it is an error; what is required cannot be for
 * professionals only. */
#ifndef WAYMARK_MODEL_SHAPE_H
#define WAYMARK_MODEL_SHAPE_H

#include <waymark/sys/limits.h>
#include <waymark/sys/record.h>

typedef enum value_type {
    VALUE_BOOL,
    VALUE_INTEGER,   /* min to max */
    VALUE_TEXT,      /* one line, min to max characters */
    VALUE_LINES,     /* the same, line feeds allowed */
    VALUE_WORD,      /* a word of a small open vocabulary: small letters, digits, underscores */
    VALUE_ONE_OF,    /* one of words[] */
    VALUE_ID,        /* the record's own id */
    VALUE_REFERENCE, /* id of another record of `kind`; with prefix: a word whose text it is */
    VALUE_SERVICE_OR_TEXT, /* a service's id, or plain text */
    VALUE_DATE,            /* "2026-01-31" */
    VALUE_OPENS,           /* "09:00" */
    VALUE_CLOSES,          /* "17:00", at most "24:00" */
    VALUE_MONTHLY_DAY,     /* "2MO", "-1FR" */
    VALUE_LANGUAGE,        /* "en", "bfi" */
    VALUE_ANY_LANGUAGE,    /* a language, or "*" */
    VALUE_URL,
    VALUE_POSTCODE,
    VALUE_LIST,        /* min to max items, each as `item`; no two the same unless `may_repeat` */
    VALUE_OBJECT,      /* members as `fields` */
    VALUE_BY_LANGUAGE, /* an object: one `item` for each language, at least one */
    VALUE_EITHER,      /* a string as `text`, anything else as `item` */
    VALUE_CRITERIA,    /* an object that criteria.h checks */
    VALUE_FREE         /* an object of any members */
} value_type;

typedef struct field_rule field_rule;
typedef struct value_rule value_rule;
typedef struct model_check model_check;

/* What a table cannot say: whether the members of one object agree (meaning.c). Called after they
 * have been checked one by one, whatever that found. */
typedef void (*model_agree_fn)(model_check *check, const wm_json *object);

struct value_rule {
    value_type type;
    wm_kind kind; /* VALUE_REFERENCE */
    int64_t min;
    int64_t max;
    const char *const *words; /* ends with NULL */
    const char *prefix;       /* VALUE_REFERENCE: put before the word, or NULL */
    const value_rule *item;
    const value_rule *text;
    const field_rule *fields; /* ends with a NULL name */
    model_agree_fn agree;     /* VALUE_OBJECT; may be NULL */
    bool may_repeat;
};

struct field_rule {
    const char *name;
    bool required;
    const value_rule *value;
};

/* The object that a record of `kind` is. */
const value_rule *model_shape_of(wm_kind kind);
/* NULL if the object has no such field. */
const field_rule *model_field(const field_rule *fields, wm_str name);
/* A member that is kept and ignored. */
bool model_is_extra(wm_str name);

/* Where in a record. Nearly always nobody asks: so names (which must stay where they are until they
 * are gone back from) and indexes are only pointed at, and written when somebody does. */
#define MODEL_PATH_BYTES 512
#define MODEL_PATH_STEPS (WM_JSON_DEPTH_MAX + 8) /* deeper ones are not shown */
typedef struct model_step {
    const char *name; /* NULL: an index */
    uint32_t number;  /* the index, or the length of the name */
} model_step;
typedef struct model_path {
    size_t depth;
    model_step steps[MODEL_PATH_STEPS];
    char text[MODEL_PATH_BYTES]; /* of model_path_text */
} model_path;
/* Each returns the depth to go back to with model_path_back. */
size_t model_path_name(model_path *path, wm_str name);
size_t model_path_index(model_path *path, uint32_t index);
void model_path_back(model_path *path, size_t depth);
/* "contacts[2].hours.weekly[0]"; what does not fit is left out. Stands until the next call. */
const char *model_path_text(model_path *path);

/* One check of one record: findings go out as they are found; what the sink says sticks. */
struct model_check {
    wm_kind kind;
    wm_str id;
    const wm_finding_sink *sink;
    model_path path;
    bool in_eligibility;
    wm_status status;
};

typedef struct model_verdict {
    bool is_error;
    const char *code;
    const char *remedy;
} model_verdict;

/* A finding at check->path. */
void model_report(model_check *check, model_verdict verdict, const char *format, ...)
    WM_PRINTF(3, 4);
/* A value for a message, made safe to show: cut, quoted, without controls. Returns out. */
#define MODEL_SHOWN_BYTES 96
const char *model_show(const wm_json *value, char out[MODEL_SHOWN_BYTES]);

/* Check a value against its rule. */
void model_check_value(model_check *check, const wm_json *value, const value_rule *rule);

#endif
