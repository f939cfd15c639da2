/* small_directory.c: see small_directory.h. */
#include "small_directory.h"

wm_record wm_test_record(wm_arena *arena, wm_kind kind, const char *text)
{
    const wm_json *value = wm_test_json(arena, text);
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_json_write(&bytes, value);
    wm_record record = { kind, wm_json_string(wm_json_get(value, "id")),
                         wm_arena_copy(arena, wm_buf_str(&bytes)) };
    wm_buf_fini(&bytes);
    return record;
}

wm_store *wm_test_store(void)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    assert_ok(wm_store_open(wm_env_system(), ":memory:",
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &store, &err),
              &err);
    return store;
}

void wm_test_put(wm_store *store, wm_kind kind, const char *text)
{
    wm_error err = { 0 };
    wm_arena arena;
    wm_txn *txn = NULL;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_record record = wm_test_record(&arena, kind, text);
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_history_put(txn, &record, NULL, NULL, &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    wm_arena_fini(&arena);
}

void wm_test_withdraw(wm_store *store, wm_kind kind, const char *id)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_history_withdraw(txn, kind, wm_str_of(id), &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
}

int64_t wm_test_release(wm_store *store, const char *date)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_release release;
    wm_date day = 0;
    assert_true(wm_date_parse(wm_str_of(date), &day));
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_history_release(txn, day, WM_STR("a note"), &release, &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    return release.number;
}

void wm_test_small_directory(wm_store *store)
{
    static const struct {
        wm_kind kind;
        const char *text;
    } records[] = {
        { WM_KIND_DIRECTORY, "{'id':'test','title':'T','publisher':'P'}" },
        { WM_KIND_LOCALITY, "{'id':'E','name':'England','kind':'nation'}" },
        { WM_KIND_LOCALITY, "{'id':'BSW','name':'BSW','kind':'system','parent':'E'}" },
        { WM_KIND_LOCALITY, "{'id':'SWI','name':'Swindon','kind':'place','parent':'BSW'}" },
        { WM_KIND_LOCALITY, "{'id':'SWI1','name':'West','kind':'locality','parent':'SWI'}" },
        { WM_KIND_LOCALITY, "{'id':'WIL','name':'Wiltshire','kind':'place','parent':'BSW'}" },
        { WM_KIND_LOCALITY, "{'id':'BSOL','name':'BSOL','kind':'system','parent':'E'}" },
        { WM_KIND_LOCALITY, "{'id':'BIR','name':'Birmingham','kind':'place','parent':'BSOL'}" },
        { WM_KIND_NEED, "{'id':'anx.panic','label':'Panic'}" },
        { WM_KIND_ORGANIZATION, "{'id':'trust','name':'Trust'}" },
        { WM_KIND_SITE, "{'id':'house','name':'House'}" },
        { WM_KIND_SERVICE,
          "{'id':'national','name':'N','organization':'trust','kind':'crisis_line',"
          "'status':'active','needs':['anx.panic'],'areas':['E'],'eligibility':{}}" },
        { WM_KIND_SERVICE, "{'id':'system','name':'S','organization':'trust','kind':'therapy',"
                           "'status':'active','needs':['anx.panic'],'areas':['BSW'],"
                           "'eligibility':{}}" },
        { WM_KIND_SERVICE, "{'id':'swindon','name':'W','organization':'trust','kind':'therapy',"
                           "'status':'active','needs':['anx.panic'],'areas':['SWI1'],"
                           "'eligibility':{},'sites':['house']}" },
        { WM_KIND_SERVICE, "{'id':'birmingham','name':'B','organization':'trust','kind':'therapy',"
                           "'status':'active','needs':['anx.panic'],'areas':['BIR'],"
                           "'eligibility':{},'contacts':[{'kind':'phone','value':'1',"
                           "'audience':'professional'}]}" },
    };
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        wm_test_put(store, records[i].kind, records[i].text);
    }
}

const char *wm_test_get(wm_store *store, wm_arena *arena, wm_view view, wm_kind kind,
                        const char *id)
{
    wm_error err = { 0 };
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_status status = wm_store_get(store, view, kind, wm_str_of(id), &bytes, &err);
    const char *text = NULL;
    if (status != WM_NOT_FOUND) {
        assert_ok(status, &err);
        text = wm_arena_copy(arena, wm_buf_str(&bytes)).ptr;
    }
    wm_buf_fini(&bytes);
    return text;
}

static wm_status put_line(void *context, const wm_record *record, wm_error *err)
{
    wm_buf *lines = context;
    wm_buf_put_text(lines, wm_kind_name(record->kind));
    wm_buf_put_char(lines, '/');
    wm_buf_put_str(lines, record->id);
    wm_buf_put_char(lines, ' ');
    wm_buf_put_str(lines, record->bytes);
    wm_buf_put_char(lines, '\n');
    return wm_buf_status(lines, err);
}

wm_record_sink wm_test_lines(wm_buf *lines)
{
    return (wm_record_sink){ put_line, lines };
}
