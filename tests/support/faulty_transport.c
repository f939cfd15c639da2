/* faulty_transport.c: see faulty_transport.h. */
#include "faulty_transport.h"

#include <stdlib.h>

typedef struct faulty_transport {
    wm_transport base;
    wm_transport *inner;
    wm_transport_fault fault;
    long nth;
    int forever;
    bool may_pass;
    long count;
    int fired;
} faulty_transport;

static void damage(wm_transport_fault fault, wm_fetched *result)
{
    size_t half = result->bytes.len / 2;
    if (fault == WM_TRANSPORT_LOSES) {
        wm_buf_reset(&result->bytes);
        result->status = WM_NOT_FOUND;
        return;
    }
    if (fault == WM_TRANSPORT_GARBLES && result->status == WM_OK) {
        if (result->bytes.len > 0) {
            result->bytes.data[half] = (char)(result->bytes.data[half] ^ 4);
        }
        return;
    }
    result->bytes.len = fault == WM_TRANSPORT_FAILS ? 0 : half;
    if (fault != WM_TRANSPORT_TRUNCATES) {
        result->status = wm_fail(&result->error, WM_NETWORK, "the line went dead");
    }
}

static wm_status faulty_fetch(wm_transport *transport, const wm_want *wants, wm_fetched *results,
                              size_t count, wm_error *err)
{
    faulty_transport *faulty = (faulty_transport *)transport;
    wm_status status = wm_transport_fetch(faulty->inner, wants, results, count, err);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        long mine = faulty->count++;
        if (faulty->nth >= 0 && (mine == faulty->nth || (mine > faulty->nth && faulty->forever))) {
            faulty->fired = 1;
            damage(faulty->fault, &results[i]);
            results[i].may_pass = faulty->may_pass && results[i].status == WM_NETWORK;
        }
    }
    return status;
}

static void faulty_close(wm_transport *transport)
{
    faulty_transport *faulty = (faulty_transport *)transport;
    wm_transport_close(faulty->inner);
    free(faulty);
}

wm_transport *wm_faulty_transport_new(wm_transport *inner)
{
    faulty_transport *faulty = calloc(1, sizeof *faulty);
    if (faulty == NULL) {
        abort();
    }
    faulty->base = (wm_transport){ faulty_fetch, faulty_close, NULL };
    faulty->inner = inner;
    faulty->nth = -1;
    return &faulty->base;
}

void wm_faulty_transport_arm(wm_transport *transport, wm_transport_fault fault, long nth,
                             int forever)
{
    faulty_transport *faulty = (faulty_transport *)transport;
    faulty->fault = fault;
    faulty->nth = nth;
    faulty->forever = forever;
    faulty->count = 0;
    faulty->fired = 0;
}

void wm_faulty_transport_may_pass(wm_transport *transport)
{
    ((faulty_transport *)transport)->may_pass = true;
}

long wm_faulty_transport_count(const wm_transport *transport)
{
    return ((const faulty_transport *)transport)->count;
}

int wm_faulty_transport_fired(const wm_transport *transport)
{
    return ((const faulty_transport *)transport)->fired;
}
