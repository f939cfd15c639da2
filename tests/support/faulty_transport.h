/* faulty_transport.h: a transport that goes wrong at the nth file. */
#ifndef WAYMARK_FAULTY_TRANSPORT_H
#define WAYMARK_FAULTY_TRANSPORT_H

#include <waymark/sys/transport.h>

typedef enum wm_transport_fault {
    WM_TRANSPORT_FAILS,     /* WM_NETWORK, nothing arrives */
    WM_TRANSPORT_BREAKS,    /* WM_NETWORK after half of the bytes */
    WM_TRANSPORT_TRUNCATES, /* WM_OK with half of the bytes */
    WM_TRANSPORT_GARBLES,   /* WM_OK with one bit changed */
    WM_TRANSPORT_LOSES      /* WM_NOT_FOUND */
} wm_transport_fault;

/* Wraps `inner`, which it closes with itself. Aborts when out of memory. */
wm_transport *wm_faulty_transport_new(wm_transport *inner);
/* File number `nth` (0 = the next) goes wrong and, if `forever`, all after it. -1: none. */
void wm_faulty_transport_arm(wm_transport *transport, wm_transport_fault fault, long nth,
                             int forever);
/* From now on what fails or breaks may pass. */
void wm_faulty_transport_may_pass(wm_transport *transport);
/* Files asked for since the last arm; and whether the fault has fired. */
long wm_faulty_transport_count(const wm_transport *transport);
int wm_faulty_transport_fired(const wm_transport *transport);

#endif
