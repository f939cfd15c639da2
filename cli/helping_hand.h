/* helping_hand.h: a thread that does what a library gives away (sys/helper.h). */
#ifndef WAYMARK_CLI_HELPING_HAND_H
#define WAYMARK_CLI_HELPING_HAND_H

#include <waymark/sys/helper.h>

#include <pthread.h>
#include <stdbool.h>

typedef struct wm_helping_hand {
    wm_helper helper;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    void (*work)(void *argument); /* NULL: nothing is to be done */
    void *argument;
    bool is_over;
} wm_helping_hand;

/* NULL: there is no thread to be had, or no processor for it. Else its helper, until _end, which is
 * called in either case. The hand stays where it is. */
const wm_helper *wm_helping_hand_begin(wm_helping_hand *hand);
void wm_helping_hand_end(wm_helping_hand *hand);

#endif
