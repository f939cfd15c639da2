/* fault_puts.h: what is put into a buffer fails, for a program that has buffers wrapped
 * (tests/CMakeLists.txt). Buffers grow in large steps, so that a failing allocation seldom comes in
 * the midst of what is put together; this one comes everywhere. */
#ifndef WAYMARK_TEST_FAULT_PUTS_H
#define WAYMARK_TEST_FAULT_PUTS_H

#include <stdbool.h>

/* The put number `nth` (0 = the next) finds no memory, nor does what follows in the same buffer.
 * -1: none. */
void wm_fault_puts_arm(long nth);
/* True if the armed failure has fired. */
bool wm_fault_puts_fired(void);

#endif
