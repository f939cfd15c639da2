/* feed_walk.c: see feed_walk.h. */
#include "feed_walk.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_SERVICES 110
#define ORGANIZATIONS 10
#define TEXT_BYTES 900 /* of random text a service: a snapshot must be worth going round */

static const struct {
    const char *code;
    const char *kind;
    int parent;
} localities[WALK_LOCALITIES] = {
    { "E", "nation", -1 },        { "S1", "system", 0 },        { "S2", "system", 0 },
    { "S3", "system", 0 },        { "P1", "place", 1 },         { "P2", "place", 1 },
    { "P3", "place", 1 },         { "P4", "place", 2 },         { "P5", "place", 2 },
    { "P6", "place", 2 },         { "P7", "place", 3 },         { "P8", "place", 3 },
    { "N1", "neighbourhood", 4 }, { "N2", "neighbourhood", 5 }, { "P9", "place", 3 },
};
#define FIRST_PLACE 4U
#define FIRST_PART 12U
#define COMING 14U

const char *feed_walk_code(unsigned locality)
{
    return localities[locality].code;
}

/* ---- records ---- */

static void put_locality(const feed_walk *walk, wm_txn *txn, unsigned at)
{
    char json[256];
    int parent = walk->parents[at];
    if (parent == WALK_ABSENT) {
        return;
    }
    (void)snprintf(json, sizeof json, "{'id':'%s','name':'%s','kind':'%s'%s%s%s}",
                   localities[at].code, localities[at].code, localities[at].kind,
                   parent >= 0 ? ",'parent':'" : "", parent >= 0 ? localities[parent].code : "",
                   parent >= 0 ? "'" : "");
    wm_fixture_put(txn, WM_KIND_LOCALITY, json);
}

static void put_organization(const feed_walk *walk, wm_txn *txn, unsigned at)
{
    char json[256];
    (void)snprintf(json, sizeof json, "{'id':'o%u','name':'Organization %u, named %u times'}", at,
                   at, walk->organization_edits[at]);
    wm_fixture_put(txn, WM_KIND_ORGANIZATION, json);
}

#define TEXT_OF "s%03zu was edited %u times: " /* no other record says so */

/* The same for the same service and count of edits. */
static void put_text(char *text, size_t size, size_t service, unsigned edits)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .";
    wm_test_random random = { (uint64_t)service * 1000 };
    size_t at = (size_t)snprintf(text, size, TEXT_OF, service, edits);
    for (; at + 1 < size; at++) {
        text[at] = letters[wm_test_random_next(&random) % 64];
    }
    text[at] = '\0';
}

static void service_id(char id[16], size_t at)
{
    (void)snprintf(id, 16, "s%03zu", at);
}

static void put_service(const feed_walk *walk, wm_txn *txn, size_t at)
{
    const walk_service *service = &walk->services[at];
    char json[4096];
    char text[TEXT_BYTES];
    char id[16];
    service_id(id, at);
    put_text(text, sizeof text, at, service->edits);
    bool two = service->second_area != service->area;
    (void)snprintf(
        json, sizeof json,
        "{'id':'%s','name':'Service %s, named %u times','organization':'o%u','kind':'advice',"
        "'needs':['anx'],'areas':['%s%s%s'],'eligibility':{'who':{'age':{'min':%u}}},"
        "'status':'%s','description':'%s',"
        "'contacts':[{'kind':'phone','value':'0800 %u'},"
        "{'kind':'phone','value':'0900 %u','audience':'professional'}]%s}",
        id, id, service->names, service->organization, localities[service->area].code,
        two ? "','" : "", two ? localities[service->second_area].code : "", service->names % 20,
        service->is_closed ? "closed" : "active", text, service->edits / 3, service->edits,
        service->is_professional ? ",'audience':'professional'" : "");
    wm_fixture_put(txn, WM_KIND_SERVICE, json);
}

/* ---- changes ---- */

static uint32_t below(feed_walk *walk, uint32_t bound)
{
    return wm_test_random_below(&walk->random, bound);
}

static unsigned some_area(feed_walk *walk)
{
    uint32_t draw = below(walk, 20);
    return draw == 0   ? 0
           : draw < 4  ? 1 + below(walk, 3)
           : draw < 6  ? FIRST_PART + below(walk, 2)
           : draw == 6 ? COMING
                       : FIRST_PLACE + below(walk, FIRST_PART - FIRST_PLACE);
}

static void open_service(feed_walk *walk, wm_txn *txn)
{
    if (walk->service_count == WALK_SERVICES) {
        return;
    }
    unsigned area = some_area(walk);
    walk->services[walk->service_count] = (walk_service){
        .is_there = true,
        .is_professional = below(walk, 10) == 0,
        .organization = below(walk, ORGANIZATIONS),
        .area = area,
        .second_area = below(walk, 8) == 0 ? some_area(walk) : area,
        .home_before = area,
    };
    put_service(walk, txn, walk->service_count++);
}

static void move_service(feed_walk *walk, walk_service *service)
{
    bool back = below(walk, 2) == 0;
    unsigned area = back ? service->home_before : some_area(walk);
    service->home_before = service->area;
    service->area = area;
    service->second_area = below(walk, 6) == 0 ? some_area(walk) : area;
}

static void change_service(feed_walk *walk, wm_txn *txn)
{
    wm_error err = { 0 };
    char id[16];
    size_t at = below(walk, (uint32_t)walk->service_count);
    walk_service *service = &walk->services[at];
    service_id(id, at);
    if (!service->is_there) { /* open again what was withdrawn, as it was */
        service->is_there = true;
        put_service(walk, txn, at);
        return;
    }
    switch (below(walk, 12)) {
    case 0: service->is_closed = !service->is_closed; break;
    case 1:
        service->is_there = false;
        assert_ok(wm_history_withdraw(txn, WM_KIND_SERVICE, wm_str_of(id), &err), &err);
        return;
    case 2: service->is_professional = !service->is_professional; break;
    case 3: service->names++; break;
    case 4: service->organization = below(walk, ORGANIZATIONS); break;
    case 5:
    case 6:
    case 7: move_service(walk, service); break;
    default: service->edits++; break;
    }
    put_service(walk, txn, at);
}

static void change_tree(feed_walk *walk, wm_txn *txn)
{
    wm_error err = { 0 };
    uint32_t draw = below(walk, 4);
    unsigned at = FIRST_PLACE + below(walk, FIRST_PART - FIRST_PLACE);
    if (draw == 0) {
        at = FIRST_PART + below(walk, 2);
        walk->parents[at] = (int)(FIRST_PLACE + below(walk, FIRST_PART - FIRST_PLACE));
    } else if (draw == 1) {
        at = COMING;
        if (walk->parents[at] != WALK_ABSENT) {
            walk->parents[at] = WALK_ABSENT;
            assert_ok(wm_history_withdraw(txn, WM_KIND_LOCALITY, WM_STR("P9"), &err), &err);
            return;
        }
        walk->parents[at] = 1 + (int)below(walk, 3);
    } else {
        walk->parents[at] = 1 + (int)below(walk, 3);
    }
    put_locality(walk, txn, at);
}

static void change_organization(feed_walk *walk, wm_txn *txn)
{
    unsigned at = below(walk, ORGANIZATIONS);
    walk->organization_edits[at]++;
    put_organization(walk, txn, at);
}

static void change_something(feed_walk *walk, wm_txn *txn)
{
    uint32_t draw = below(walk, 16);
    if (draw == 0) {
        open_service(walk, txn);
    } else if (draw == 1 && below(walk, 2) == 0) {
        change_tree(walk, txn);
    } else if (draw == 2) {
        change_organization(walk, txn);
    } else {
        change_service(walk, txn);
    }
}

static void put_first(feed_walk *walk, wm_txn *txn)
{
    wm_fixture_put(txn, WM_KIND_DIRECTORY,
                   "{'id':'test','title':'Test','publisher':'Test','languages':['en'],"
                   "'editions':['professional','public']}");
    wm_fixture_put(txn, WM_KIND_NEED, "{'id':'anx','label':'Anxiety'}");
    for (unsigned i = 0; i < WALK_LOCALITIES; i++) {
        put_locality(walk, txn, i);
    }
    for (unsigned i = 0; i < ORGANIZATIONS; i++) {
        put_organization(walk, txn, i);
    }
    for (size_t i = 0; i < FIRST_SERVICES; i++) {
        open_service(walk, txn);
    }
}

/* ---- releases ---- */

void feed_walk_init(feed_walk *walk, uint64_t seed)
{
    memset(walk, 0, sizeof *walk);
    walk->random = (wm_test_random){ seed };
    for (unsigned i = 0; i < WALK_LOCALITIES; i++) {
        walk->parents[i] = localities[i].parent;
    }
    wm_fixture_init(&walk->fixture);
}

void feed_walk_fini(feed_walk *walk)
{
    wm_fixture_fini(&walk->fixture);
}

/* What the release showed, and what it does not show any more. */
static void note_texts(feed_walk *walk)
{
    for (size_t i = 0; i < walk->service_count; i++) {
        walk_service *service = &walk->services[i];
        if (service->is_shown && (!service->is_there || service->shown != service->edits)) {
            service->has_older = true;
            service->older = service->shown;
        }
        service->is_shown = service->is_shown || service->is_there;
        service->shown = service->is_there ? service->edits : service->shown;
    }
}

bool feed_walk_recallable(feed_walk *walk, char id[16], char text[64])
{
    for (int tries = 0; tries < 50; tries++) {
        size_t at = below(walk, (uint32_t)walk->service_count);
        const walk_service *service = &walk->services[at];
        if (service->has_older && !(service->is_there && service->older == service->edits)) {
            service_id(id, at);
            (void)snprintf(text, 64, TEXT_OF, at, service->older);
            return true;
        }
    }
    return false;
}

void feed_walk_release(feed_walk *walk)
{
    wm_feed_fixture *fixture = &walk->fixture;
    wm_txn *txn = NULL;
    wm_release release;
    wm_error err = { 0 };
    assert_true(fixture->release < WALK_RELEASES_MAX);
    fixture->release++;
    assert_ok(wm_txn_begin(fixture->author, &txn, &err), &err);
    if (fixture->release == 1) {
        put_first(walk, txn);
    }
    /* at least one change that cannot be taken back by another */
    change_organization(walk, txn);
    for (uint32_t i = below(walk, 8); i > 0; i--) {
        change_something(walk, txn);
    }
    assert_ok(wm_history_release(txn, (wm_date)(WM_FIXTURE_DAY + fixture->release), WM_STR(""),
                                 &release, &err),
              &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    assert_int_equal(release.number, fixture->release);
    memcpy(walk->parents_at[fixture->release], walk->parents, sizeof walk->parents);
    note_texts(walk);
}

/* ---- the tree of a release ---- */

static int find_locality(const feed_walk *walk, int64_t release, const char *code)
{
    for (int i = 0; i < WALK_LOCALITIES; i++) {
        if (strcmp(localities[i].code, code) == 0) {
            return walk->parents_at[release][i] == WALK_ABSENT ? WALK_ABSENT : i;
        }
    }
    return WALK_ABSENT;
}

bool feed_walk_has(const feed_walk *walk, int64_t release, const char *code)
{
    return strcmp(code, "all") == 0 || find_locality(walk, release, code) != WALK_ABSENT;
}

static bool is_above(const feed_walk *walk, int64_t release, int above, int at)
{
    while (at >= 0 && at != above) {
        at = walk->parents_at[release][at];
    }
    return at == above && at >= 0;
}

bool feed_walk_takes(const feed_walk *walk, int64_t release, const char *code,
                     const char *partition)
{
    if (strcmp(code, "all") == 0 || strcmp(partition, "all") == 0) {
        return strcmp(code, partition) == 0;
    }
    if (strcmp(partition, "E") == 0) {
        return true; /* the top */
    }
    int mine = find_locality(walk, release, code);
    int other = find_locality(walk, release, partition);
    return is_above(walk, release, mine, other) || is_above(walk, release, other, mine);
}

/* ---- a mirror ---- */

static void copy_tree(const char *from, const char *to)
{
    DIR *folder = opendir(from);
    assert_non_null(folder);
    assert_true(mkdir(to, 0700) == 0 || errno == EEXIST);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char source[1024];
        char target[1024];
        struct stat about;
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
        (void)snprintf(target, sizeof target, "%s/%s", to, entry->d_name);
        assert_int_equal(stat(source, &about), 0);
        if (S_ISDIR(about.st_mode)) {
            copy_tree(source, target);
        } else {
            /* a link is a copy: the publisher replaces files and never writes into one */
            (void)unlink(target);
            assert_int_equal(link(source, target), 0);
        }
    }
    assert_int_equal(closedir(folder), 0);
}

void feed_walk_mirror(const feed_walk *walk, const char *folder)
{
    wm_test_folder_remove(folder);
    copy_tree(walk->fixture.feed, folder);
}
