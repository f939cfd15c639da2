/* helping_hand.c: one piece of work at a time. Under `lock`: work, argument, is_over. */
#include "helping_hand.h"

#include <unistd.h>

static void *run(void *context)
{
    wm_helping_hand *hand = context;
    (void)pthread_mutex_lock(&hand->lock);
    while (!hand->is_over) {
        if (hand->work == NULL) {
            (void)pthread_cond_wait(&hand->changed, &hand->lock);
            continue;
        }
        void (*work)(void *argument) = hand->work;
        void *argument = hand->argument;
        (void)pthread_mutex_unlock(&hand->lock);
        work(argument);
        (void)pthread_mutex_lock(&hand->lock);
        hand->work = NULL;
        (void)pthread_cond_broadcast(&hand->changed);
    }
    (void)pthread_mutex_unlock(&hand->lock);
    return NULL;
}

static void start(void *context, void (*work)(void *argument), void *argument)
{
    wm_helping_hand *hand = context;
    (void)pthread_mutex_lock(&hand->lock);
    hand->work = work;
    hand->argument = argument;
    (void)pthread_cond_broadcast(&hand->changed);
    (void)pthread_mutex_unlock(&hand->lock);
}

static void wait_for(void *context)
{
    wm_helping_hand *hand = context;
    (void)pthread_mutex_lock(&hand->lock);
    while (hand->work != NULL) {
        (void)pthread_cond_wait(&hand->changed, &hand->lock);
    }
    (void)pthread_mutex_unlock(&hand->lock);
}

const wm_helper *wm_helping_hand_begin(wm_helping_hand *hand)
{
    *hand = (wm_helping_hand){ .helper = { NULL, NULL, NULL } };
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2 || pthread_mutex_init(&hand->lock, NULL) != 0) {
        return NULL;
    }
    if (pthread_cond_init(&hand->changed, NULL) != 0) {
        (void)pthread_mutex_destroy(&hand->lock);
        return NULL;
    }
    if (pthread_create(&hand->thread, NULL, run, hand) != 0) {
        (void)pthread_cond_destroy(&hand->changed);
        (void)pthread_mutex_destroy(&hand->lock);
        return NULL;
    }
    hand->helper = (wm_helper){ start, wait_for, hand };
    return &hand->helper;
}

void wm_helping_hand_end(wm_helping_hand *hand)
{
    if (hand->helper.context == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&hand->lock);
    hand->is_over = true;
    (void)pthread_cond_broadcast(&hand->changed);
    (void)pthread_mutex_unlock(&hand->lock);
    (void)pthread_join(hand->thread, NULL);
    (void)pthread_cond_destroy(&hand->changed);
    (void)pthread_mutex_destroy(&hand->lock);
}
