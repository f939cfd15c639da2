/* check_successors.c: a depth-first walk with its own stack over the services that have successors.
 *
 * Colours: a node is untouched, on the stack, or done; meeting one that is on the stack closes a
 * circle, which is the stack from there on. A done node knows its height, the longest chain below
 * it; links that close circles do not count for it. */
#include "check_successors.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { UNTOUCHED = 0, ON_STACK = 1, DONE = 2 };

typedef struct node {
    size_t first_link;
    uint32_t height;
    uint8_t colour;
} node;

typedef struct frame {
    size_t service;
    size_t next_link;
} frame;

typedef struct walk {
    const check_index *services;
    const check_link *links;
    size_t link_count;
    node *nodes; /* one for each service */
    frame *stack;
    size_t depth;
    const wm_finding_sink *sink;
} walk;

static int compare_links(const void *a, const void *b)
{
    const check_link *left = a;
    const check_link *right = b;
    if (left->from != right->from) {
        return left->from < right->from ? -1 : 1;
    }
    return (left->to > right->to) - (left->to < right->to);
}

static wm_status report(const walk *at, size_t service, const char *code, const char *text,
                        const char *remedy)
{
    wm_finding finding = {
        true,         code, WM_KIND_SERVICE, check_index_at(at->services, service)->id,
        "successors", text, remedy
    };
    return at->sink->put(at->sink->context, &finding);
}

/* The stack from `start` on is a circle: told from its smallest id, so that it reads the same
 * wherever the walk began. */
static wm_status report_circle(const walk *at, size_t start)
{
    char text[512] = "expected an end, found the circle ";
    size_t length = strlen(text);
    size_t size = at->depth - start;
    size_t smallest = start;
    for (size_t i = start; i < at->depth; i++) {
        smallest = at->stack[i].service < at->stack[smallest].service ? i : smallest;
    }
    for (size_t i = 0; i <= size; i++) {
        size_t service = at->stack[start + (smallest - start + i) % size].service;
        int more = snprintf(text + length, sizeof text - length, "%s%.*s", i == 0 ? "" : " > ",
                            WM_STR_ARG(check_index_at(at->services, service)->id));
        length += more > 0 && (size_t)more < sizeof text - length ? (size_t)more : 0;
    }
    return report(at, at->stack[smallest].service, "successor_circle", text,
                  "Take one of the successors out.");
}

static void push(walk *at, size_t service)
{
    at->nodes[service].colour = ON_STACK;
    at->stack[at->depth++] = (frame){ service, at->nodes[service].first_link };
}

static wm_status pop(walk *at)
{
    size_t service = at->stack[--at->depth].service;
    node *done = &at->nodes[service];
    done->colour = DONE;
    if (at->depth > 0) {
        node *before = &at->nodes[at->stack[at->depth - 1].service];
        before->height = done->height + 1 > before->height ? done->height + 1 : before->height;
    }
    if (done->height != WM_SUCCESSORS_MAX + 1) {
        return WM_OK; /* longer chains begin with this one, and are told there */
    }
    return report(at, service, "successor_chain", "expected at most 8 successors in a row, found 9",
                  "Name the service that is open now.");
}

static wm_status follow(walk *at, size_t service)
{
    node *to = &at->nodes[service];
    if (to->colour == UNTOUCHED) {
        push(at, service);
        return WM_OK;
    }
    if (to->colour == DONE) {
        node *from = &at->nodes[at->stack[at->depth - 1].service];
        from->height = to->height + 1 > from->height ? to->height + 1 : from->height;
        return WM_OK;
    }
    size_t start = at->depth;
    while (at->stack[start - 1].service != service) {
        start--;
    }
    return report_circle(at, start - 1);
}

static wm_status walk_from(walk *at, size_t start)
{
    wm_status status = WM_OK;
    assert(at->stack != NULL && at->nodes != NULL);
    push(at, start);
    while (at->depth > 0 && status == WM_OK) {
        frame *top = &at->stack[at->depth - 1];
        if (top->next_link < at->link_count && at->links[top->next_link].from == top->service) {
            status = follow(at, at->links[top->next_link++].to);
        } else {
            status = pop(at);
        }
    }
    return status;
}

static wm_status walk_all(walk *at)
{
    wm_status status = WM_OK;
    /* A service without any keeps 0, whose link is another's. */
    for (size_t i = at->link_count; i-- > 0;) {
        at->nodes[at->links[i].from].first_link = i;
    }
    for (size_t i = 0; i < at->link_count && status == WM_OK; i++) {
        if (at->nodes[at->links[i].from].colour == UNTOUCHED) {
            status = walk_from(at, at->links[i].from);
        }
    }
    return status;
}

wm_status check_successors(const check_index *services, wm_buf *links, const wm_env *env,
                           const wm_finding_sink *sink, wm_error *err)
{
    wm_status status = wm_buf_status(links, err);
    size_t count = check_index_count(services);
    walk at = { .services = services, .link_count = links->len / sizeof(check_link), .sink = sink };
    if (status != WM_OK || at.link_count == 0) {
        return status;
    }
    wm_arena arena;
    wm_arena_init(&arena, env, SIZE_MAX / 2);
    qsort(links->data, at.link_count, sizeof(check_link), compare_links);
    at.links = (const check_link *)(const void *)links->data;
    at.nodes = wm_arena_array(&arena, count, sizeof *at.nodes);
    at.stack = wm_arena_array(&arena, count, sizeof *at.stack);
    status = at.nodes != NULL && at.stack != NULL ? walk_all(&at) : wm_fail_memory(err);
    wm_arena_fini(&arena);
    return status;
}
